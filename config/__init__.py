"""The frame: settings, addresses, the clock's table, and what starts and stops the servers. Nobody imports it."""
