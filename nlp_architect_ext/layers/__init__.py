"""The bricks that students are built from."""
