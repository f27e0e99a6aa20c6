"""The embedding model that hoitin ships, and the script that made it."""
