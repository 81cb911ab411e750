"""What two memories say of the same: how each is read, and the evidence that one replaces the other."""
