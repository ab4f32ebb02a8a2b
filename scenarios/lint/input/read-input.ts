import { DocumentProblem } from '../documents/document-problem.ts';
import { entriesAt } from '../documents/manifest-node.ts';
import type { SourceText } from '../documents/source-text.ts';
import { argumentsOf, pipelinesOf } from '../shell/script.ts';
import { isAnalysisTemplate, metricsOf } from './analysis-metrics.ts';
import { collectFile, type InputFile } from './collect-file.ts';
import { emptyCollection, type Collected } from './collected.ts';
import type { LintInput, LintSettings } from './lint-input.ts';
import { fileStoreOf } from './nats-conf.ts';
import { histogramBuckets, scrapeIntervalsMs } from './observability.ts';
import { collectSteps } from './pipeline-steps.ts';
import { pluginUses } from './plugin-uses.ts';
import { collectQueries } from './prom-queries.ts';
import { resourceOf, type Resource } from './resource.ts';
import { fileStoresInTree, streamsInShell, streamsInTree } from './streams.ts';

export type InputReading =
  | { readonly problems: readonly DocumentProblem[] }
  | { readonly problems?: never; readonly input: LintInput; readonly notes: readonly string[] };

/** More than these are judged by nobody at once: rules compare objects, and commands, with each other. */
const mostObjects = 5000;
const mostCommands = 5000;

/** Takes all files apart; where some cannot be read, one problem for each of them. */
export function readInput(files: readonly InputFile[], settings: LintSettings): InputReading {
  const collected = emptyCollection();
  const problems: DocumentProblem[] = [];
  for (const file of files) {
    try {
      collectFile(file, collected);
      checkSize(file.name, collected);
    } catch (error) {
      if (!(error instanceof DocumentProblem)) throw error;
      problems.push(error);
    }
  }
  if (problems.length > 0) return { problems };
  return { input: understand(collected, settings), notes: collected.notes };
}

function checkSize(file: string, collected: Collected): void {
  const place = { file, line: 1, column: 1 };
  if (collected.trees.length > mostObjects) {
    throw new DocumentProblem(
      place,
      `with this file there are more than ${mostObjects} objects: lint them in parts`,
    );
  }
  const commands = collected.sequences.reduce((sum, sequence) => sum + pipelinesOf(sequence).length, 0);
  if (commands > mostCommands) {
    throw new DocumentProblem(
      place,
      `with this file there are more than ${mostCommands} commands: lint them in parts`,
    );
  }
}

function understand(collected: Collected, settings: LintSettings): LintInput {
  const { trees } = collected;
  const resources = trees.flatMap((tree) => resourceOf(tree) ?? []);
  const perTree = trees.map(collectSteps);
  const sequences = [...collected.sequences, ...perTree.flatMap((found) => found.sequences)];
  const metrics = resources.filter(isAnalysisTemplate).flatMap(metricsOf);
  const intervals = trees.flatMap(scrapeIntervalsMs);
  const shortest = intervals.length === 0 ? undefined : Math.min(...intervals);
  return {
    resources,
    trees,
    metrics,
    queries: [...metrics.flatMap(({ query }) => query ?? []), ...collectQueries(collected)],
    sequences,
    steps: perTree.flatMap((found) => found.steps),
    plugins: trees.flatMap(pluginUses),
    streams: [...trees.flatMap(streamsInTree), ...sequences.flatMap(streamsInShell)],
    fileStores: [
      ...collected.conf.flatMap((text) => fileStoreOf(text) ?? []),
      ...trees.flatMap(fileStoresInTree),
    ],
    buckets: trees.flatMap(histogramBuckets),
    sql: collected.sql,
    lua: collected.lua,
    nginx: [...resources.flatMap(snippetsOf), ...collected.conf.filter(isNginx)],
    scrapeIntervalMs: settings.scrapeIntervalMs ?? shortest,
    gitOps: collected.gitOps[0] ?? gitOpsResource(resources) ?? gitOpsCommand(sequences),
  };
}

function snippetsOf(resource: Resource): readonly SourceText[] {
  return entriesAt(resource.root, 'metadata', 'annotations').flatMap(({ key, value }) =>
    key.endsWith('-snippet') && value.kind === 'scalar' ? [value.body] : [],
  );
}

function isNginx(text: SourceText): boolean {
  return /^\s*(http|server|location|upstream)\b[^\n;]*\{/m.test(text.text);
}

function gitOpsResource(resources: readonly Resource[]): LintInput['gitOps'] {
  const isGitOps = ({ apiVersion, kind }: Resource): boolean =>
    apiVersion.includes('.toolkit.fluxcd.io/') ||
    (apiVersion.startsWith('argoproj.io/') && /^Application(Set)?$/.test(kind));
  return resources.find(isGitOps)?.root.place;
}

function gitOpsCommand(sequences: LintInput['sequences']): LintInput['gitOps'] {
  const commands = sequences.flatMap(pipelinesOf).flatMap((pipeline) => pipeline.commands);
  const names = ['flux', 'argocd'];
  return commands.find((command) => names.some((name) => argumentsOf(command, name) !== undefined))?.place;
}
