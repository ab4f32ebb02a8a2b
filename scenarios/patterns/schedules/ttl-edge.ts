import type { Schedule } from '../schedule.ts';

/** A message comes again just before and just after its result expires, through coordinators whose clocks are 4 s apart. */
export const ttlEdge: Schedule = {
  name: 'ttl-edge',
  number: 8,
  summary: 'redelivery at expiry plus and minus 1 s, coordinators 4 s apart',
  minutes: 4,
  options: { retentionSeconds: 60 },
  rule: 'pattern.expires',
  breaks: 'P1',
  survivor: 'P1+2+7',
  async run(lab) {
    lab.ring.nodes[0]?.clock.step(2_000_000);
    lab.ring.nodes[1]?.clock.step(-2_000_000);
    const worker = await lab.worker();
    const ahead = await lab.worker({ only: [0] });
    const behind = await lab.worker({ only: [1] });
    const delivery = lab.deliver([worker], lab.job(1, 1));
    await lab.wait(59_000);
    lab.deliver([behind], delivery.job);
    await lab.wait(2000);
    lab.deliver([ahead], delivery.job);
    lab.deliver([behind], delivery.job);
    await lab.wait(10_000);
    await lab.observe(worker, delivery, { expired: true });
  },
};
