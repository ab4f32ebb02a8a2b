import type { Condition } from '../condition/condition.ts';
import type { ManifestNode, MapNode, ScalarNode } from '../documents/manifest-node.ts';
import type { Place, SourceText } from '../documents/source-text.ts';
import type { PromExpression } from '../../../sim/prometheus/promql/expression.ts';
import type { PromSyntaxError } from '../../../sim/prometheus/promql/lexer.ts';
import type { ShellScript, ShellSequence } from '../shell/script.ts';
import type { Resource } from './resource.ts';

/** Where a query stands: in an analysis template, in a program's text, on a dashboard, in a rule of Prometheus. */
export type QueryUse = 'gate' | 'code' | 'dashboard' | 'rule';

export interface PromQuery {
  readonly use: QueryUse;
  readonly text: SourceText;
  readonly expression: PromExpression | undefined;
  /** Why there is no expression. */
  readonly problem: PromSyntaxError | undefined;
}

export interface ConditionText {
  readonly node: ScalarNode;
  readonly keyPlace: Place;
  readonly text: string;
  /** Undefined where it is none of Argo's language. */
  readonly condition: Condition | undefined;
}

/** One metric of an AnalysisTemplate. */
export interface AnalysisMetric {
  readonly template: Resource;
  readonly name: string;
  readonly node: MapNode;
  /** `prometheus`, `web`, `job`…; undefined where none is given. */
  readonly provider: string | undefined;
  readonly query: PromQuery | undefined;
  readonly success: ConditionText | undefined;
  readonly failure: ConditionText | undefined;
  readonly intervalMs: number | undefined;
  /** Undefined where none is given or it is an argument. */
  readonly count: number | undefined;
  readonly hasCount: boolean;
  readonly failureLimit: number;
}

/** A step of a pipeline: its map, and the script that it runs as far as it is written there. */
export interface PipelineStep {
  readonly node: MapNode;
  readonly script: ShellScript | undefined;
  /** A script in another file. */
  readonly scriptPath: string | undefined;
}

/** A plugin of APISIX with its settings. */
export interface PluginUse {
  readonly name: string;
  readonly config: ManifestNode;
  readonly place: Place;
}

export interface StreamDefinition {
  readonly name: string;
  readonly place: Place;
  readonly subjects: readonly string[];
  readonly maxBytes: number | undefined;
  readonly file: boolean;
  readonly replicas: number;
}

/** What one NATS server may store in files. */
export interface FileStoreLimit {
  readonly bytes: number;
  readonly place: Place;
  /** Servers of the cluster, as far as its routes tell. */
  readonly servers: number;
}

/** The largest finite bucket of a histogram. */
export interface HistogramBuckets {
  readonly metric: string;
  readonly largest: number;
  readonly place: Place;
}

/** All files of one invocation, taken apart: rules look at them together. */
export interface LintInput {
  readonly resources: readonly Resource[];
  /** Every document of YAML or JSON, also those inside ConfigMaps. */
  readonly trees: readonly ManifestNode[];
  readonly metrics: readonly AnalysisMetric[];
  readonly queries: readonly PromQuery[];
  readonly sequences: readonly ShellSequence[];
  readonly steps: readonly PipelineStep[];
  readonly plugins: readonly PluginUse[];
  readonly streams: readonly StreamDefinition[];
  readonly fileStores: readonly FileStoreLimit[];
  readonly buckets: readonly HistogramBuckets[];
  readonly sql: readonly SourceText[];
  readonly lua: readonly SourceText[];
  readonly nginx: readonly SourceText[];
  /** The shortest interval at which anything is scraped; undefined where the files do not say. */
  readonly scrapeIntervalMs: number | undefined;
  /** Whether a GitOps controller applies the manifests: what it is known from. */
  readonly gitOps: Place | undefined;
}

export interface LintSettings {
  /** Overrides what the files say. */
  readonly scrapeIntervalMs?: number;
}
