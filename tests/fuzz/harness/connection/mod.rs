//! What must hold for a whole connection, whatever happens to it.
//!
//! The input is a script (see [`script`]): bytes come in pieces, the socket takes little or
//! nothing, calls are interrupted, files shrink, descriptors run out, deadlines pass. The client
//! judges every byte as it comes. After the script there are no more faults, and the connection
//! must end without the clock's help: otherwise an edge was lost. The calm run then sends all the
//! client's input once more, in one piece, to a server whose socket takes everything: the faulty
//! run must have said the same, up to where something broke.

mod client;
mod expected;
mod files;
mod invariants;
mod script;
mod verdict;
mod wire;
mod world;

use std::time::Duration;

use millpond::connection_table::ConnectionTable;
use millpond::events::event::Readiness;

use self::script::{Move, Script, Step};
use self::world::{Setting, World};

/// A run that is over, for the checks that judge it.
struct Run {
    world: World,
    /// How much had been sent when the server was told to stop.
    stopped_at: Option<usize>,
}

/// Panics if a connection breaks a promise in the run that `bytes` describe.
pub(crate) fn check(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let setting = setting(&mut script);
    let mut run = Run {
        world: World::new(&setting),
        stopped_at: None,
    };
    for Move { step, has_turn } in script {
        run.step(step);
        if has_turn {
            run.world.turn(false, None, true);
        }
        if run.world.is_over() {
            break;
        }
    }
    run.finish();
    let fed = run.world.wire.borrow().fed.clone();
    verdict::judge(&mut run, &calm(&setting, &fed));
}

fn setting(script: &mut Script) -> Setting {
    let byte = script.byte();
    Setting {
        page: usize::from(byte & 3),
        keep_alive: byte & 0x1c != 0x1c,
        requests: [Some(998), None, Some(1), Some(3)][usize::from(byte >> 5 & 3)],
        bystanders: if byte & 0x80 == 0 { 0 } else { 2 },
        room: if byte & 4 == 0 { 1_000_000 } else { 50 },
    }
}

/// The calm run: the same input in one piece, without faults.
fn calm(setting: &Setting, fed: &[u8]) -> World {
    let kind = Setting {
        room: usize::MAX,
        bystanders: 0,
        ..setting.clone()
    };
    let mut run = Run {
        world: World::new(&kind),
        stopped_at: None,
    };
    run.world.wire.borrow_mut().feed(fed);
    run.finish();
    run.world
}

impl Run {
    fn step(&mut self, step: Step) {
        let world = &mut self.world;
        let wire = world.wire.clone();
        match step {
            Step::Feed(bytes) => wire.borrow_mut().feed(&bytes),
            Step::End => wire.borrow_mut().end(),
            Step::Room(room) => wire.borrow_mut().add_room(room),
            Step::ReadFault(fault) => wire.borrow_mut().read_faults.push_back(fault),
            Step::WriteFault(fault) => wire.borrow_mut().write_faults.push_back(fault),
            Step::Wait(time) => world.pass(time),
            Step::Shrink(index, to) => world.table.context_mut().documents.shrink(index, to),
            Step::Exhaust(count) => world.table.context_mut().documents.out_of_descriptors = count,
            Step::Descriptors(taken) => world.take_descriptors(taken),
            Step::Spurious(bits) => world.turn(false, Some(event(bits)), true),
            Step::BusyTurn => world.turn(true, None, true),
            Step::Late => {
                let mut late = world.id;
                late.generation = late.generation.wrapping_sub(1);
                world.act(|table| table.event(late, event(7)));
            }
            Step::MakeRoom => world.act(|table| {
                table.evict_oldest();
            }),
            Step::Stop => {
                let so_far = wire.borrow().client.length;
                self.stopped_at.get_or_insert(so_far);
                wire.borrow_mut().client.stopping();
                world.act(ConnectionTable::stop);
            }
        }
    }

    /// Without further faults, and with everything sent, the connection must end, and that without
    /// any deadline.
    fn finish(&mut self) {
        let world = &mut self.world;
        let wire = world.wire.clone();
        wire.borrow_mut().add_room(usize::MAX);
        wire.borrow_mut().end();
        world.take_descriptors(false);
        world.table.context_mut().documents.out_of_descriptors = 0;
        // A request has at least 26 bytes, and its answer takes three turns at most; each fault
        // that is still queued costs one turn.
        let turns = {
            let wire = wire.borrow();
            100 + wire.fed.len() + wire.read_faults.len() + wire.write_faults.len()
        };
        for _ in 0..turns {
            if world.is_over() {
                break;
            }
            // A request that waits for a descriptor is tried again after a while.
            world.pass(Duration::from_millis(100));
            world.turn(false, None, false);
        }
        assert!(world.is_over(), "it waits for an edge that will not come");
        world.table.close_all();
        world.write_out();
    }
}

fn event(bits: u8) -> Readiness {
    Readiness {
        readable: bits & 1 != 0,
        writable: bits & 2 != 0,
        // Never claimed before the end: the kernel does not report an end that has not come.
        read_closed: false,
        urgent: false,
    }
}
