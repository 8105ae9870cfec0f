//! Clients that know nothing of the stand-in against it: the `mysql` command line client, PyMySQL, DBD::MariaDB and
//! `mysql_async`.
//!
//! Each logs in over plaintext, with the public key exchange, and over verified TLS 1.2; writes the same rows in its own
//! way, reads them back as its own types, runs into errors and goes on. Then another client reads what it wrote. Every
//! expectation is a literal, so a stand-in that is wrong in the same way twice is found.

mod async_driver;
mod authority;
mod command_line;
mod interpreted;
mod native;
mod rows;
mod stand;
