//! The supply of segments: the thread that makes them, and the writer that takes them.

use std::sync::Arc;

use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use crate::digest::Digest;
use crate::error::AppendError;
use crate::faulty::{FaultyStorage, Operation};
use crate::manifest_store::{ManifestStore, read_manifest, write_manifest};
use crate::segment_allocator::{LeftSegment, SegmentAllocator, ReadySegment};
use crate::manifest::{Extent, Manifest, SegmentState};
use crate::nonces::seeded_nonces;
use crate::number::{Epoch, FrameNumber, NodeId, SegmentNumber};
use crate::reader::Shared;
use crate::segment::FIRST_FRAME;
use crate::space::SpaceGauge;
use crate::storage::WritePath;
use crate::segment_pool::SegmentPool;

const SEGMENT: u64 = 8192;
const AHEAD: u32 = 2;

/// A supply on an empty disk, with its thread.
struct Scene {
    disk: FaultyStorage,
    readers: Arc<Shared>,
    space: SpaceGauge,
    supply: SegmentPool,
    next: SegmentNumber,
}

impl Scene {
    fn new(prepare: impl FnOnce(&FaultyStorage)) -> Scene {
        let disk = FaultyStorage::new();
        let manifest = Manifest::new(NodeId(7));
        write_manifest(&disk, &manifest).expect("the disk is well");
        prepare(&disk);
        let next = manifest.next_segment;
        let maker = SegmentAllocator {
            storage: Arc::new(disk.clone()),
            keeper: Arc::new(ManifestStore::new(Arc::new(disk.clone()), manifest)),
            nonces: seeded_nonces(1),
            node: NodeId(7),
            epoch: Epoch(1),
            next,
            segment_bytes: SEGMENT,
            write_path: WritePath::Pwritev,
        };
        let readers = Arc::new(Shared::new(FrameNumber::NONE, Digest::of(&[]), Vec::new()));
        let space = SpaceGauge::default();
        let mut supply = SegmentPool::inline(maker, Arc::clone(&readers), space.clone());
        supply.start(AHEAD).expect("a thread can be had");
        Scene { disk, readers, space, supply, next }
    }

    /// Checks that it is the next segment, in the manifest on disk, and that the room told is of segments that are ready.
    fn check(&mut self, taken: &ReadySegment) {
        assert_eq!(taken.bytes.number, self.next, "segments come in order");
        assert!(
            manifest(&self.disk).segments.contains_key(&self.next),
            "a segment that is used is in the manifest"
        );
        self.next = self.next.next();
        let told = self.space.bytes();
        assert!(told <= u64::from(AHEAD) * (SEGMENT - FIRST_FRAME), "{told} bytes are told");
    }

    /// Leaves a segment behind, with one frame that is durable.
    fn finish(&mut self, number: SegmentNumber) {
        let frame = FrameNumber(number.0);
        self.readers.publish(frame, Digest::of(&[]));
        let extent = Extent { first: frame, last: frame, end: SEGMENT, digest: Digest::of(&[]) };
        self.supply.finish([LeftSegment { number, state: SegmentState::Finished(extent) }]);
    }

    /// Stops, and checks that each segment left behind is in the manifest or among those that the end will put there.
    fn stop(mut self, left: &[SegmentNumber]) {
        self.supply.stop();
        let waiting: Vec<_> = self.supply.take_finished().iter().map(|segment| segment.number).collect();
        let manifest = manifest(&self.disk);
        for number in left {
            let recorded = matches!(manifest.segments[number].state, SegmentState::Finished(_));
            let waits = waiting.iter().filter(|waiting| *waiting == number).count();
            assert!(recorded || waits == 1, "{number} is left: recorded {recorded}, waits {waits} times");
        }
    }
}

fn manifest(disk: &FaultyStorage) -> Manifest {
    let bytes = read_manifest(disk).expect("the disk can be read").expect("there is a manifest");
    Manifest::parse(&bytes).expect("it is whole")
}

pub(crate) fn taken_in_order() {
    let mut scene = Scene::new(|_| {});
    let mut left = Vec::new();
    for _ in 0..5 {
        let taken = scene.supply.take().expect("the disk is well");
        scene.check(&taken);
        scene.finish(taken.bytes.number);
        left.push(taken.bytes.number);
    }
    scene.stop(&left);
}

/// Whoever is told that there is no room asks again later, and gets a segment once there is.
pub(crate) fn full_for_a_time() {
    let room = thread_rng().gen_range(0..3 * SEGMENT);
    let mut scene = Scene::new(|disk| disk.set_capacity(Some(room)));
    let disk = scene.disk.clone();
    let clears = thread::spawn(move || {
        for _ in 0..thread_rng().gen_range(0..8) {
            thread::yield_now();
        }
        disk.set_capacity(None);
    });
    for _ in 0..3 {
        let taken = loop {
            match scene.supply.take() {
                Ok(taken) => break taken,
                Err(AppendError::NoSpace) => thread::yield_now(),
                Err(error) => panic!("a full disk is no failure: {error}"),
            }
        };
        scene.check(&taken);
    }
    clears.join().expect("it does not panic");
    scene.stop(&[]);
}

/// The error is told once, everyone is told that nothing more comes, and nobody waits for ever.
pub(crate) fn fails() {
    let nth = thread_rng().gen_range(1..20);
    let mut scene = Scene::new(|disk| disk.fail_nth(Operation::Sync, nth));
    let space = scene.space.clone();
    let watches = thread::spawn(move || {
        while !space.is_failed() {
            thread::yield_now();
        }
    });
    let mut errors = 0;
    loop {
        match scene.supply.take() {
            Ok(taken) => scene.check(&taken),
            Err(AppendError::Io(_)) => errors += 1,
            Err(AppendError::Failed) => break,
            Err(error) => panic!("{error}"),
        }
    }
    watches.join().expect("it does not panic");
    assert_eq!(errors, 1, "the error is told once");
    assert!(scene.supply.failure().is_none());
    scene.stop(&[]);
}

/// Whatever the thread is at, it ends.
pub(crate) fn stopped() {
    let room = thread_rng().gen_range(0..6 * SEGMENT);
    let scene = Scene::new(|disk| disk.set_capacity(Some(room)));
    for _ in 0..thread_rng().gen_range(0..30) {
        thread::yield_now();
    }
    scene.stop(&[]);
}
