"""`manage.py demo`: to come."""
