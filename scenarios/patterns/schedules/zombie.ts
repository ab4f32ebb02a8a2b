import type { Schedule } from '../schedule.ts';

/** A replica misses a deletion for longer than gc grace, and comes back when the others have forgotten it. */
export const zombie: Schedule = {
  name: 'zombie',
  number: 14,
  summary: 'bookkeeping that was deleted comes back after gc grace',
  minutes: 8,
  options: {
    ring: {
      tableParameters: Object.fromEntries(
        ['pattern_result', 'pattern_version', 'pattern_claim', 'pattern_mark', 'pattern_tally'].map(
          (name) => [name, { gcGraceSeconds: 60, readRepair: 'blocking' }],
        ),
      ),
    },
  },
  rule: 'pattern.done',
  breaks: 'P5',
  survivor: 'P1+2+7',
  async run(lab) {
    const worker = await lab.worker({ only: [0, 1] });
    await lab.deliver([worker], lab.job(1, 1)).settled;
    await lab.wait(5000);
    lab.ring.killNode(2);
    await lab.wait(20_000);
    await lab.pattern.withdraw(worker, lab.job(1, 1));
    await lab.wait(70_000);
    lab.ring.compact(0);
    lab.ring.compact(1);
    lab.ring.restartNode(2);
    await lab.wait(60_000);
    // The job is asked for again, and worked on where the forgotten row still is.
    const reader = await lab.worker({ only: [2] });
    const again = lab.deliver([reader], lab.job(1, 1, 2), 5);
    await Promise.race([again.settled, lab.wait(60_000)]);
    await lab.wait(5000);
    await lab.observe(reader, again);
  },
};
