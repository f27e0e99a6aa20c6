"""The reader, made from the encoder: question and passage in, where the answer starts and ends out, or "not here"."""
