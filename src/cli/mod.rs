//! The command line: clap types, one file a subcommand, exit status.
