//! What happens to an invocation in front of a call, besides the call.

use std::time::Duration;

use memory::{Call, Fault};
use migration::port::QueueName;
use migration::retry::Retry;

use crate::runner::Runner;

/// How long an invocation freezes: past its lease.
const FREEZE_MS: u64 = 90_000;
/// For no longer than most leases last.
const BRIEF_MS: u64 = 10_000;
/// Within the timeout of a definition.
const DEFINITION_MS: u64 = 119_900;

impl Runner<'_> {
    /// Whether the invocation goes no further for now.
    pub(crate) fn disturb(&mut self, at: usize) -> bool {
        let environment = &self.environment;
        let (crashes, zombies) = (environment.crashes, environment.zombies);
        let (hangs, copier_hangs) = (environment.hangs, environment.copier_hangs);
        let (faults, late) = (environment.faults, environment.late);
        if self.freezes(at) {
            return true;
        }
        if self.chance(crashes) {
            if self.traces {
                println!("dies: {}", self.invocations[at].name);
            }
            drop(self.invocations.swap_remove(at));
            return true;
        }
        if self.chance(zombies) {
            let span = Duration::from_millis(500 + self.random.below(40_000));
            let until = self.now().plus(span);
            self.invocations[at].outlive(until);
            return true;
        }
        let hangs = match self.invocations[at].queue {
            QueueName::Copy => hangs + copier_hangs,
            QueueName::Read => 0,
            QueueName::Precheck | QueueName::Plan | QueueName::Changes => hangs,
        };
        if self.chance(hangs) {
            let span = Duration::from_millis(self.random.below(4_000));
            let until = self.now().plus(span);
            self.invocations[at].hang(until);
            return true;
        }
        if self.chance(faults) {
            let fault = [Fault::Before(Retry::Now), Fault::After(Retry::Now), Fault::Conflict, Fault::Half];
            let at = self.random.place(fault.len());
            self.fault(fault[at]);
        } else if self.chance(late) {
            let call = [Call::Write, Call::Write, Call::DeleteRows][self.random.place(3)];
            self.world
                .platform
                .faults
                .next(call, Fault::Late(Duration::from_millis(self.random.below(4_990))));
        }
        false
    }

    fn fault(&mut self, fault: Fault) {
        self.figures.mishaps += 1;
        let faults = &self.world.platform.faults;
        faults.at(faults.made() + 1, fault);
    }

    /// What befalls a statement that a copier or an executor of definitions is about to send; whether it goes no
    /// further for now.
    fn freezes(&mut self, at: usize) -> bool {
        let environment = &self.environment;
        let (pages, definitions) = (environment.frozen_pages, environment.frozen_definitions);
        let late = environment.late_definitions;
        let invocation = &self.invocations[at];
        let freezes = match invocation.comes {
            Some(Call::Write) if invocation.queue == QueueName::Copy => pages,
            Some(call @ (Call::Truncate | Call::AddColumn)) => {
                if self.chance(late) {
                    let span = Duration::from_millis(self.random.below(DEFINITION_MS));
                    self.world.platform.faults.next(call, Fault::Late(span));
                }
                definitions
            }
            _ => 0,
        };
        if !self.chance(freezes) {
            return false;
        }
        let longest = if self.chance(500) { BRIEF_MS } else { FREEZE_MS };
        let until = self.now().plus(Duration::from_millis(self.random.below(longest)));
        self.invocations[at].freeze(until);
        true
    }
}
