"""Is a real sandbox as the contract says? A reverse proxy that looks at what passes, both ways."""
