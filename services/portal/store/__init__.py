"""What the portal keeps: tables and their queries, one module for each matter."""
