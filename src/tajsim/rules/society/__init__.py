"""Society: migration, hardship, fear, grievance, channel, radicalisation."""
