//! The command against a deployment, on servers that others wrote.

#[cfg(test)]
mod aws;
