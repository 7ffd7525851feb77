//! Records and trees to a report: a dry run on recorded traffic. Never calls a provider.
