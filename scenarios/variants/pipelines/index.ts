import { correctPipelinePolicies } from '../../../system/routing/variants/pipelines/settings.ts';
import { startPipelines } from '../../../system/routing/variants/pipelines/start.ts';
import { goal } from '../../catalog/scenario.ts';
import type { Variant } from '../variant.ts';
import { pipelineBugs } from './bugs.ts';
import { TwoSides } from './cluster.ts';
import { People } from './people.ts';
import { pipelineTimes } from './times.ts';

const minutes = 40;

export const pipelinesVariant: Variant = {
  name: 'pipelines',
  summary: 'three pipelines build, flip and retire while people order too early, twice, or not at all',
  minutes,
  goals: [
    goal('a release was flipped', 'pipeline.entered', ({ step }) => step === 'draining', false),
    goal('an old side was retired', 'pipeline.entered', ({ step }) => step === 'done', false),
    goal('F75 an approval came before the tests', 'pipeline.ordered', tooEarly, false),
    goal('F76 a build failed on the dark side', 'pipeline.entered', ({ step }) => step === 'failed', false),
    goal('F77 a go came too early', 'pipeline.ordered', refused('retire'), false),
    goal('F78 F79 a second build came to a side in use', 'pipeline.ordered', refused('begin'), false),
    goal('F80 nobody approved', 'pipeline.entered', ({ step }) => step === 'expired', false),
    goal('F82 a rollback came too late', 'pipeline.ordered', refused('rollBack'), false),
  ],
  begin(stage, bug) {
    const sides = new TwoSides(stage);
    const policies = (bug === undefined ? undefined : pipelineBugs[bug]) ?? correctPipelinePolicies;
    const pipelines = stage.add({
      name: 'pipelines',
      start: (ports) =>
        startPipelines(
          { ...ports, environment: sides.environmentFor(ports.clock, ports.random) },
          { ...pipelineTimes, policies },
        ),
    });
    stage.add({
      name: 'pipeline-people',
      start: (ports) => new People(stage, sides, ports).work((minutes - 3) * 60_000),
    });
    const act = (kind: string, set: (on: boolean) => void): { kind: string; begin(): () => void } => ({
      kind,
      begin: () => {
        set(true);
        return () => set(false);
      },
    });
    stage.disturb({
      fromMs: 10_000,
      untilMs: (minutes - 2) * 60_000,
      everyMs: 30_000,
      killed: [pipelines],
      cut: [pipelines],
      storeOutages: true,
      acts: [
        act('platform-outage', (on) => {
          sides.outage = on;
        }),
        act('route-unreadable', (on) => {
          sides.routeUnreadable = on;
        }),
        act('alerts-unreadable', (on) => {
          sides.alertsUnreadable = on;
        }),
        act('alerts-unreadable', (on) => {
          sides.alertsUnreadable = on;
        }),
        act('secrets-differ', (on) => {
          sides.secretsDiffer = on;
        }),
      ],
    });
  },
};

function refused(order: string): (event: { readonly order: string; readonly accepted: boolean }) => boolean {
  return (event) => event.order === order && !event.accepted;
}

function tooEarly(event: {
  readonly order: string;
  readonly accepted: boolean;
  readonly reason: string;
}): boolean {
  return refused('approve')(event) && /deploying|waiting-ready|testing/.test(event.reason);
}
