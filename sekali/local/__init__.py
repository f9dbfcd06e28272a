"""The embedded platform: Kafka, PostgreSQL, registry and trace viewer as child processes, no Docker, no root."""
