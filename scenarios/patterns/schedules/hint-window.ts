import type { Schedule } from '../schedule.ts';

/** A replica is away for longer than hints are kept, comes back, and answers a read at ONE with what it knew before. */
export const hintWindow: Schedule = {
  name: 'hint-window',
  number: 4,
  summary: 'a replica returns after 3 h 01, unrepaired, and is read at ONE',
  minutes: 190,
  options: {},
  rule: 'pattern.kept',
  breaks: 'P1',
  survivor: 'P1+2+7',
  async run(lab) {
    const writer = await lab.worker({ only: [0, 1] });
    const before = lab.deliver([writer], lab.job(1, 1));
    await before.settled;
    await lab.wait(5000);
    lab.ring.killNode(2);
    await lab.wait(181 * 60_000);
    const replaced = lab.deliver([writer], lab.job(1, 2));
    const fresh = lab.deliver([writer], lab.job(2, 1));
    await Promise.all([replaced.settled, fresh.settled]);
    lab.ring.restartNode(2);
    await lab.wait(60_000);
    const reader = await lab.worker({ only: [2] });
    // Its acknowledgement was lost, so the message comes again.
    await lab.deliver([reader], fresh.job).settled;
    await lab.observe(reader, replaced);
    await lab.observe(reader, fresh);
  },
};
