import type { Schedule } from '../schedule.ts';

/** One node and its two peers each believe the other side dead: the coordinators on the two sides disagree about what can be done. */
export const fdDisagreement: Schedule = {
  name: 'fd-disagreement',
  number: 13,
  summary: 'one coordinator says Unavailable while the others accept',
  minutes: 4,
  options: {},
  rule: 'pattern.once',
  breaks: 'P5',
  survivor: 'P1+2+7',
  async run(lab) {
    const minority = await lab.worker({ only: [0], timeoutMs: 3000 });
    const majority = await lab.worker({ only: [1, 2], timeoutMs: 3000 });
    const heal = lab.cutNodes([0], [1, 2]);
    await lab.wait(25_000);
    const deliveries = [minority, majority].map((each) => lab.deliver([each], lab.job(1, 1), 40));
    await lab.wait(5000);
    const newer = lab.deliver([majority], lab.job(2, 1));
    await lab.wait(5000);
    heal();
    await Promise.all([...deliveries, newer].map((each) => each.settled));
    await lab.wait(60_000);
    for (const each of deliveries) await lab.observe(majority, each);
    await lab.observe(majority, newer);
  },
};
