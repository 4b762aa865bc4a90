"""What Dagster sees: assets, checks, the job, schedule and sensor. Thin: each step calls a room and reports back."""
