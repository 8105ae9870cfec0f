//! The suite on the platforms that need no server, what only a file can show (reopening and sudden death), and the suite on
//! what stands in for AWS, with what only servers can do: losing answers and throttling.

#[cfg(test)]
mod aws_lost_answers;
#[cfg(test)]
mod aws_platform;
#[cfg(test)]
mod aws_proxy;
#[cfg(test)]
mod aws_sending;
#[cfg(test)]
mod aws_servers;
#[cfg(test)]
mod aws_stores;
#[cfg(test)]
mod embedded_platform;
#[cfg(test)]
mod memory_platform;
#[cfg(test)]
mod objects;
#[cfg(test)]
mod reopened;
#[cfg(test)]
mod sudden_death;
