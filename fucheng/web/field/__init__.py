"""The grid worker's phone: find a building, visit it, hang what is printed."""
