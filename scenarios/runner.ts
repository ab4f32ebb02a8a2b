import { FaultInjector } from '../chaos/injector.ts';
import { faultKinds } from '../chaos/catalogue.ts';
import { generatePlan } from '../chaos/generator.ts';
import { suggestion } from '../chaos/nearest.ts';
import { emptyPlan, type Plan } from '../chaos/plan.ts';
import { defaultDefenderSettings } from '../system/defender/settings.ts';
import { unitsOf } from '../system/defender/units.ts';
import { colours } from '../system/ports/colour.ts';
import { completionMessageId, completionStream } from '../system/ports/completion.ts';
import { contextIdOf } from '../system/ports/ingest.ts';
import { chunkTable } from '../system/ports/tables.ts';
import { decodeCompletion } from '../system/defender/processing/completion-codec.ts';
import { defaultV1Topics } from '../system/defender/v1/settings.ts';
import { deploymentVersions, versionedName } from '../system/routing/variants/versioned/names.ts';
import type { WorldEvent } from '../sim/history/world-event.ts';
import { SimulationError, type TraceSink } from '../sim/kernel/index.ts';
import type { Preparation } from '../sim/preparation.ts';
import type { SystemCustomisation } from '../sim/system-customisation.ts';
import { World } from '../sim/world.ts';
import { catalog, scenarioNamed } from './catalog/index.ts';
import type { DrawnFaults, Scenario, ScenarioSetup, ScenarioValues } from './catalog/scenario.ts';
import { customisedBoth } from './customise.ts';
import { faultWorldOf } from './fault-world.ts';
import { rulesFor } from './invariants/index.ts';
import { convergenceUs } from './invariants/liveness-converged.ts';
import { RuleLedger, type RuleCheck, type RuleContext } from './invariants/rule.ts';
import { watchCluster } from './observers/cluster.ts';
import { watchDetection } from './observers/detection.ts';
import { watchFigures } from './observers/figures.ts';
import { watchGoals } from './observers/goals.ts';
import { watchMilestones } from './observers/milestones.ts';
import { kindColumns, watchMoments, type MomentColumns } from './observers/moments.ts';
import { FaultFreeOracle } from './observers/oracle.ts';
import { watchSettling } from './observers/settling.ts';
import { plantNamed, plants } from './plants/index.ts';
import type { Progress, RunRequest, RunResult, Verdict } from './run-result.ts';
import { ScenarioError } from './scenario-error.ts';
import { shellWord } from './shell-word.ts';
import { applyDesign, brokenRules } from './studies/design-setting.ts';
import { DesignTrial } from './studies/design-trial.ts';
import { readTraces } from './traces/trace-file.ts';
import { resolveValues } from './values.ts';

export interface RunHooks {
  /** The world before its first event, for observers that look and never act. */
  built?(world: World): void;
  progress?(progress: Progress): void;
  /** Every event of the kernel. */
  trace?: TraceSink;
  /** Every event of the history; `eventIndex` counts the kernel's events until then. */
  observe?(event: WorldEvent, timeUs: number, source: string, eventIndex: number): void;
  /** Called with the thread given back: files and sockets are in reach. `events` were executed until now. */
  betweenSlices?(events: number, virtualUs: number): void;
  /** Asked between slices; true ends the run where it stands, with verdict unknown. */
  cancelled?(): boolean;
  /** Off only to prove that elision changes nothing. */
  elide?: boolean;
  /** Kept by whoever runs the same scenario with the same seed and sizes again and again. */
  preparation?: Preparation;
}

export interface RunTrace {
  /** Fingerprints on the way, to find where two runs part. */
  readonly checkpoints: readonly {
    readonly events: number;
    readonly timeUs: number;
    readonly digest: string;
  }[];
}

/** Tools stop this long before the end of the healing phase. */
const settleUs = convergenceUs + 30_000_000;
const progressUs = 60_000_000;
/** What has settled is watched for so much longer: the wait for an acknowledgement (30 s) and what may follow it. */
const settledUs = 45_000_000;
const settlingStepUs = 5_000_000;

/** All that a request means, checked; nothing has run. Throws a `ScenarioError`. */
export function prepare(request: RunRequest): {
  scenario: Scenario;
  values: ScenarioValues;
  setup: ScenarioSetup;
  plan: Plan;
  /** Rules of the protocol that the Defenders' settings break, on purpose. */
  invalid: readonly string[];
} {
  const scenario = scenarioNamed(request.scenario);
  if (scenario === undefined) {
    const names = catalog.map((known) => known.name);
    throw new ScenarioError(
      `unknown scenario ${request.scenario}${suggestion(request.scenario, names)}; there are ${names.join(', ')}`,
    );
  }
  if (request.plant !== undefined && plantNamed(request.plant) === undefined) {
    throw new ScenarioError(
      `unknown plant ${request.plant}; there are ${plants.map((known) => known.name).join(', ')}`,
    );
  }
  const values = resolveValues(scenario, request.overrides);
  const setup = scenario.setUp(values, request.seed);
  const plantFaults = request.plant === undefined ? undefined : plantNamed(request.plant)?.faults;
  const plan =
    request.plan ??
    (plantFaults === undefined ? planOf(setup, request.seed) : { ...emptyPlan, faults: plantFaults });
  return { scenario, values, setup, plan, invalid: invalidRules(request, values.defenders) };
}

/** Throws a `ScenarioError` where settings break the protocol and that is not allowed. */
function invalidRules({ allowInvalid, defender }: RunRequest, replicas: number): readonly string[] {
  if (defender === undefined) return [];
  const broken = brokenRules(applyDesign(defaultDefenderSettings('blue', '', []), defender), replicas);
  if (broken.length > 0 && allowInvalid !== true) {
    throw new ScenarioError(
      `${broken.map((rule) => `--defender: ${rule}`).join('\n')}\n--allow-invalid runs it all the same`,
    );
  }
  return broken;
}

function planOf(setup: ScenarioSetup, seed: bigint): Plan {
  const fixedPlan: Plan = { ...emptyPlan, faults: setup.fixedFaults };
  const drawn = setup.drawnFaults;
  if (drawn === undefined) return fixedPlan;
  return generatePlan(seed, {
    windowStartMs: drawn.startMs,
    windowEndMs: drawn.endMs,
    fixed: setup.fixedFaults,
    kinds: drawnKinds(drawn),
    maximumFaults: drawn.most,
    budget: drawn.unlimited === true ? 'unlimited' : 'recoverable',
    calmShare: 0.1,
    ...(drawn.moments === undefined ? {} : { moments: drawn.moments }),
  });
}

function drawnKinds(drawn: DrawnFaults): readonly string[] {
  return faultKinds
    .map(({ kind }) => kind)
    .filter((kind) => drawn.kinds.some((prefix) => kind.startsWith(prefix)));
}

/** Of the grid of moments × faults: the scenario's own, or a kind each of those that are pinned to moments. */
function columnsOf({ columns, drawnFaults: drawn }: ScenarioSetup): MomentColumns | undefined {
  return columns ?? (drawn?.moments === undefined ? undefined : kindColumns(drawnKinds(drawn)));
}

/** What the scenario changes, then what was asked for, then the planted bug. */
function customisationOf({ defender, plant }: RunRequest, setup: ScenarioSetup): SystemCustomisation {
  const asked: SystemCustomisation =
    defender === undefined ? {} : { defender: (settings) => applyDesign(settings, defender) };
  const planted = plant === undefined ? {} : (plantNamed(plant)?.customisation ?? {});
  return customisedBoth(customisedBoth(setup.customisation ?? {}, asked), planted);
}

/** Runs one scenario with one seed. Rejects with a `ScenarioError` for bad input, and with any other error where the harness itself failed. */
export async function runScenario(request: RunRequest, hooks: RunHooks = {}): Promise<RunResult & RunTrace> {
  const { setup, values, plan, invalid } = prepare(request);
  const wafers = request.traces === undefined ? undefined : await loadTraces(request.traces);
  const startMs = performance.now();
  const trial = request.design === undefined ? undefined : new DesignTrial(request.design);
  const world = new World({
    ...values,
    seed: request.seed,
    bothColours: setup.bothColours,
    customisation:
      trial === undefined
        ? customisationOf(request, setup)
        : customisedBoth(setup.customisation ?? {}, trial.customisation),
    elide: hooks.elide ?? true,
    ...(setup.nats === undefined ? {} : { nats: setup.nats }),
    ...(setup.unitKind === undefined ? {} : { unitKind: setup.unitKind }),
    ...(setup.consumerModel === undefined ? {} : { consumerModel: setup.consumerModel }),
    ...(setup.leadership === undefined ? {} : { leadership: setup.leadership }),
    ...(setup.v1 === undefined ? {} : { v1: setup.v1 }),
    ...(setup.equipment === undefined ? {} : { equipment: setup.equipment }),
    ...(setup.experiment === undefined ? {} : { experiment: setup.experiment }),
    ...(setup.autoscaling === undefined ? {} : { autoscaling: setup.autoscaling }),
    ...(setup.disruptionBudgets === undefined ? {} : { disruptionBudgets: setup.disruptionBudgets }),
    ...(wafers === undefined ? {} : { wafers }),
    ...(hooks.preparation === undefined ? {} : { preparation: hooks.preparation }),
  });
  trial?.watch(world.history);
  const run = new Run(request, hooks, world, setup, plan);
  setup.begin?.(world, request.plant === undefined ? undefined : plantNamed(request.plant)?.pattern);
  hooks.built?.(world);
  await run.play();
  const played = run.result(performance.now() - startMs);
  const result = invalid.length === 0 ? played : { ...played, invalid };
  return trial === undefined ? result : { ...result, figures: { ...result.figures, ...trial.figures() } };
}

async function loadTraces(path: string): Promise<ConstructorParameters<typeof World>[0]['wafers']> {
  const outcome = await readTraces(path);
  if (outcome.ok) {
    return outcome.traces.wafers.map(({ id, label, samples }) => ({
      id,
      abnormal: label === 'abnormal',
      samples,
    }));
  }
  const problems = outcome.problems.map(
    (problem) =>
      `${path}:${problem.line}:${problem.column}: ${problem.message}; expected ${problem.expected}`,
  );
  throw new ScenarioError(problems.join('\n'));
}

class Run {
  readonly #request: RunRequest;
  readonly #hooks: RunHooks;
  readonly #world: World;
  readonly #plan: Plan;
  readonly #injector: FaultInjector;
  readonly #watched: { ledger: RuleLedger; check: RuleCheck }[] = [];
  readonly #milestones: ReturnType<typeof watchMilestones>;
  readonly #goals: ReturnType<typeof watchGoals>;
  readonly #detection: ReturnType<typeof watchDetection>;
  readonly #figures: ReturnType<typeof watchFigures>;
  readonly #moments: ReturnType<typeof watchMoments> | undefined;
  readonly #cluster: ReturnType<typeof watchCluster> | undefined;
  readonly #settling: (() => boolean) | undefined;
  #failure: SimulationError | undefined;
  #cancelled = false;
  #endUs: number;

  constructor(request: RunRequest, hooks: RunHooks, world: World, setup: ScenarioSetup, plan: Plan) {
    this.#request = request;
    this.#hooks = hooks;
    this.#world = world;
    this.#plan = plan;
    this.#endUs = setup.durationMs * 1000;
    this.#injector = new FaultInjector(faultWorldOf(world), plan);
    const oracle = new FaultFreeOracle(world, world.history, hooks.preparation?.faultFreeLimits);
    const context: RuleContext = {
      kernel: world.kernel,
      history: world.history,
      faults: this.#injector,
      facts: {
        tools: world.options.tools,
        gateways: world.options.gateways,
        gatewayPollMs: 5000,
        demand: { collector: world.options.collectors, defender: world.options.defenders },
        quiet: plan.faults.length === 0,
        gracePeriodMs: 30_000,
        unitWeights: new Map(
          unitsOf(world.equipment.inventory, setup.unitKind ?? 'tool').map(({ unit, weight }) => [
            unit,
            weight,
          ]),
        ),
        storedRequests: (tool, contextSequence) => {
          const partition = { tool, context_sequence: contextSequence };
          // What left memory was durable on every replica when it did.
          if (world.cassandra.isCold(chunkTable, partition)) return Infinity;
          return world.cassandra.inspect(chunkTable, partition).length;
        },
        waitingCompletions: () => waitingCompletions(world),
        faultFreeJudgement: (contextId) => oracle.judgement(contextId),
        reachableGateways: () => reachableGateways(world),
        ...(setup.timeline === undefined ? {} : { timeline: setup.timeline }),
        ...(setup.gateEvidence === undefined ? {} : { gateEvidence: setup.gateEvidence }),
      },
    };
    for (const rule of rulesFor(scenarioNamed(request.scenario)?.tags ?? [])) {
      const ledger = new RuleLedger(rule, context);
      this.#watched.push({ ledger, check: rule.watch(context, ledger) });
    }
    this.#milestones = watchMilestones(world.history, (milestone) => this.#report(milestone.text));
    this.#goals = watchGoals(world.history, setup.goals);
    this.#detection = watchDetection(world.history);
    this.#figures = watchFigures(world.history);
    if (scenarioNamed(request.scenario)?.tags.includes('defender') === true) {
      this.#cluster = watchCluster(world.history);
    }
    if (setup.endsSettled === true) {
      this.#settling = watchSettling(world, () => waitingCompletions(world).length > 0);
    }
    const columns = columnsOf(setup);
    if (columns !== undefined || plan.faults.some(({ at }) => at !== undefined)) {
      this.#moments = watchMoments(world.history, columns ?? kindColumns([]));
    }
    if (hooks.trace !== undefined) world.kernel.traceTo(hooks.trace);
    if (hooks.observe !== undefined) {
      world.history.onAny((event, timeUs, source) =>
        hooks.observe?.(event, timeUs, source, world.kernel.events),
      );
    }
  }

  async play(): Promise<void> {
    const { kernel, history } = this.#world;
    try {
      this.#injector.schedule();
      history.record('runner', { kind: 'phase', phase: 'faults' });
      await this.#runTo(this.#endUs);
      if (this.#cancelled) return;
      this.#injector.healAll();
      history.record('runner', { kind: 'phase', phase: 'healing' });
      this.#endUs = kernel.nowUs + settleUs;
      // Half a minute of traffic more, so that what was broken is used again; then the tools finish what they have.
      await this.#runTo(kernel.nowUs + 30_000_000);
      this.#world.equipment.stop();
      await (this.#settling === undefined ? this.#runTo(this.#endUs) : this.#runUntil(this.#settling));
      history.record('runner', { kind: 'phase', phase: 'ended' });
      for (const { check } of this.#watched) check.finish();
    } catch (error) {
      if (!(error instanceof SimulationError) || error.code === 'crash') throw error;
      this.#failure = error;
    }
  }

  result(wallMs: number): RunResult & RunTrace {
    const { kernel, options } = this.#world;
    const outcomes = this.#watched.map(({ ledger }) => ({ ledger, outcome: ledger.outcome() }));
    // Rules are listed by what they cost: a lost wafer is named before the slow hand-over that led to it.
    const broken = outcomes.filter(({ outcome }) => outcome.violationCount > 0);
    const reasons = broken.map(({ outcome }) => {
      const first = outcome.violations[0];
      return `${outcome.rule}: ${first?.message ?? ''}${outcome.violationCount > 1 ? ` (and ${outcome.violationCount - 1} more)` : ''}`;
    });
    const goals = this.#goals();
    const limits: string[] = [];
    let verdict: Verdict = broken.length > 0 ? 'failed' : 'passed';
    if (this.#failure !== undefined) {
      if (this.#failure.code === 'limit') limits.push(this.#failure.message);
      else {
        verdict = 'failed';
        reasons.unshift(`${this.#failure.code}: ${this.#failure.message}`);
      }
    }
    if (verdict === 'passed') {
      const unmet = goals
        .filter((goal) => goal.required && goal.count === 0)
        .map((goal) => `goal not reached: ${goal.goal}`);
      const nothing = outcomes.every(({ outcome }) => outcome.checked === 0)
        ? ['nothing was put to the test']
        : [];
      const stopped = this.#cancelled ? ['the run was stopped before its end'] : [];
      const unknown = [...limits.map((limit) => `limit: ${limit}`), ...stopped, ...nothing, ...unmet];
      if (unknown.length > 0) verdict = 'unknown';
      reasons.push(...unknown);
    }
    const faults = this.#injector.outcomes();
    const knownRed =
      verdict === 'failed' ? this.#knownRed(broken.map(({ outcome }) => outcome.rule)) : undefined;
    return {
      scenario: this.#request.scenario,
      seed: `0x${this.#request.seed.toString(16)}`,
      overrides: this.#request.overrides,
      ...(this.#request.plant === undefined ? {} : { plant: this.#request.plant }),
      ...(this.#request.traces === undefined ? {} : { traces: this.#request.traces }),
      ...(this.#request.defender === undefined ? {} : { defender: this.#request.defender }),
      verdict,
      ...(knownRed === undefined ? {} : { knownRed }),
      reasons,
      fingerprint: kernel.fingerprint.digest(),
      virtualUs: kernel.nowUs,
      wallMs,
      events: kernel.events,
      plan: this.#plan,
      rules: outcomes.map(({ outcome }) => outcome),
      faults,
      goals,
      ...(this.#moments === undefined ? {} : { moments: this.#moments(faults) }),
      ...(this.#cluster === undefined ? {} : { cluster: this.#cluster(kernel.nowUs) }),
      detection: this.#detection(),
      milestones: this.#milestones,
      figures: { ...this.#figures(), tools: options.tools, defenders: options.defenders },
      limits,
      replay: replayLine(this.#request),
      checkpoints: kernel.checkpoints,
    };
  }

  /** Why these rules may be broken here; undefined where they may not, or where the run is not the scenario's own. */
  #knownRed(broken: readonly string[]): string | undefined {
    const known = scenarioNamed(this.#request.scenario)?.knownRed;
    const isOwn = this.#request.plant === undefined && this.#failure === undefined;
    return known !== undefined && isOwn && broken.every((rule) => known.rules.includes(rule))
      ? known.why
      : undefined;
  }

  async #runTo(untilUs: number): Promise<void> {
    const { kernel } = this.#world;
    while (kernel.nowUs < untilUs && !this.#cancelled) {
      await kernel.run(Math.min(untilUs, kernel.nowUs + progressUs), () => {
        this.#hooks.betweenSlices?.(kernel.events, kernel.nowUs);
        if (this.#hooks.cancelled?.() === true) {
          this.#cancelled = true;
          kernel.stop();
        }
      });
      this.#report(undefined);
    }
  }

  /** To the end, or until everything has been settled for long enough. */
  async #runUntil(isSettled: () => boolean): Promise<void> {
    const { kernel } = this.#world;
    let sinceUs = kernel.nowUs;
    while (kernel.nowUs < this.#endUs && kernel.nowUs - sinceUs < settledUs && !this.#cancelled) {
      await this.#runTo(Math.min(this.#endUs, kernel.nowUs + settlingStepUs));
      if (!isSettled()) sinceUs = kernel.nowUs;
    }
  }

  #report(milestone: string | undefined): void {
    const { kernel } = this.#world;
    this.#hooks.progress?.({
      virtualUs: kernel.nowUs,
      virtualEndUs: Math.max(this.#endUs, kernel.nowUs),
      events: kernel.events,
      ...(milestone === undefined ? {} : { milestone }),
    });
  }
}

function waitingCompletions(world: World): readonly string[] {
  const prefix = completionMessageId('', 0).split('/')[0] ?? '';
  return [...waitingInKafka(world), ...waitingInNats(world, prefix)];
}

function waitingInNats(world: World, prefix: string): readonly string[] {
  // Where both halves share a cluster, each has a stream of its own in it.
  const streams = [
    completionStream,
    ...deploymentVersions.map((each) => versionedName(completionStream, each)),
  ];
  return colours.flatMap((colour) =>
    streams.flatMap((stream) => {
      const messages = world.nats[colour].inspectStream(stream)?.committedMessages ?? [];
      return messages.map(({ messageId }) => messageId.slice(prefix.length));
    }),
  );
}

/** V1: what the group has not committed. */
function waitingInKafka({ kafka, options: { v1 } }: World): readonly string[] {
  if (kafka === undefined || v1 === undefined) return [];
  const { completionTopic } = defaultV1Topics(v1.partitions, v1.brokers);
  return kafka.uncommitted(`defender-${v1.colour}`, completionTopic.topic).flatMap(({ value }) => {
    const completion = decodeCompletion(value);
    return completion === undefined ? [] : [contextIdOf(completion.tool, completion.contextSequence)];
  });
}

/** Gateways that run and that Management can reach now. */
function reachableGateways(world: World): readonly string[] {
  const management = world.kubernetes
    .pods({ deployment: 'management' })
    .find((pod) => pod.phase === 'running');
  if (management === undefined) return [];
  return world.kubernetes
    .pods({ deployment: 'gateway' })
    .filter(
      (pod) =>
        pod.phase === 'running' &&
        pod.ready &&
        pod.process.state === 'running' &&
        world.network.reachable(management.host, pod.host) &&
        world.network.reachable(pod.host, management.host),
    )
    .map((pod) => pod.name);
}

/** The one line that runs it again. A plan of its own is named by the results folder instead. */
export function replayLine(request: RunRequest): string {
  const parts = [`npm run scenario -- run ${request.scenario} --seed 0x${request.seed.toString(16)}`];
  for (const [name, value] of Object.entries(request.overrides)) parts.push(`--set ${name}=${value}`);
  if (request.plant !== undefined) parts.push(`--plant ${request.plant}`);
  for (const [name, value] of Object.entries(request.defender ?? {})) {
    parts.push(`--defender ${name}=${value}`);
  }
  if (request.allowInvalid === true) parts.push('--allow-invalid');
  if (request.traces !== undefined) parts.push(`--traces ${shellWord(request.traces)}`);
  return parts.join(' ');
}
