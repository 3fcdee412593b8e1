"""What the kit must know of each system to prepare a world and to read its books: one small module each."""
