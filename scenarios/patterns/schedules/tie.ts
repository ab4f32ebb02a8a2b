import type { Schedule } from '../schedule.ts';

/** Two workers get the same message at the same moment, and print numbers differently. */
export const tie: Schedule = {
  name: 'tie',
  number: 11,
  summary: 'two workers write one row with equal timestamps and different digits',
  minutes: 3,
  options: {},
  rule: 'pattern.kept',
  breaks: 'P2',
  survivor: 'P1+2+7',
  async run(lab) {
    const worker = await lab.worker({ format: 0 });
    const other = await lab.worker({ format: 1 });
    const deliveries = [worker, other].map((each) => lab.deliver([each], lab.job(1, 1)));
    await Promise.all(deliveries.map((each) => each.settled));
    await lab.wait(40_000);
    for (const each of deliveries) await lab.observe(worker, each);
  },
};
