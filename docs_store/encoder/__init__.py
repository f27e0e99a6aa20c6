"""The encoder that hoitin ships beside its static model, and the script that made it."""
