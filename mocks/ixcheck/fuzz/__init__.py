"""Is a server true to its contract under data that nobody thought of? Schemathesis, taught what our systems do."""
