"""Facts and choices in, a plan out; nothing here touches the machine."""
