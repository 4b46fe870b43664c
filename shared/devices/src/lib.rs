//! The configuration files of telephones.
