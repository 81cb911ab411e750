"""Verified snapshots of the vault in the user's own S3 bucket, and the way back."""
