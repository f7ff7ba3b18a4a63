"""Frames for the property test, from a seed: `frames.case(number, seed)`."""
