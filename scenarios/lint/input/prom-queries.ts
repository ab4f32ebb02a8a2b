import type { SourceText } from '../documents/source-text.ts';
import { partsOf } from '../../../sim/prometheus/promql/expression.ts';
import { PromSyntaxError } from '../../../sim/prometheus/promql/lexer.ts';
import { parsePromQuery } from '../../../sim/prometheus/promql/parser.ts';
import type { Collected } from './collected.ts';
import type { PromQuery, QueryUse } from './lint-input.ts';
import { SourceText as Source } from '../documents/source-text.ts';
import { textAt, walk, type ManifestNode } from '../documents/manifest-node.ts';

export function promQuery(use: QueryUse, text: SourceText): PromQuery {
  try {
    return { use, text, expression: parsePromQuery(text.text), problem: undefined };
  } catch (error) {
    if (!(error instanceof PromSyntaxError)) throw error;
    return { use, text, expression: undefined, problem: error };
  }
}

/** Queries of dashboards, rules and programs; those of analysis templates belong to their metrics. */
export function collectQueries(collected: Collected): readonly PromQuery[] {
  return [
    ...collected.promql.map((text) => promQuery('code', text)),
    ...collected.code.flatMap(queriesInCode),
    ...collected.trees.flatMap(queriesInTree),
  ];
}

/** Every `expr`: beside an `alert` or a `record` it is a rule, elsewhere it is a panel's. */
function queriesInTree(root: ManifestNode): readonly PromQuery[] {
  const queries: PromQuery[] = [];
  walk(root, (node) => {
    if (node.kind !== 'map') return;
    const expression = node.entries.find((entry) => entry.key === 'expr')?.value;
    if (expression?.kind !== 'scalar' || typeof expression.value !== 'string') return;
    const isRule = textAt(node, 'alert') !== undefined || textAt(node, 'record') !== undefined;
    queries.push(promQuery(isRule ? 'rule' : 'dashboard', expression.body));
  });
  return queries;
}

/** Strings of a program that are queries beyond doubt: they parse, and look into a window. */
function queriesInCode(source: SourceText): readonly PromQuery[] {
  const queries: PromQuery[] = [];
  for (const match of source.text.matchAll(/"((?:[^"\\\n]|\\.)*)"|`([^`]*)`/g)) {
    const inside = match[1] ?? match[2] ?? '';
    if (!/\[\w+\]/.test(inside)) continue;
    const start = source.placeAt(match.index + 1);
    const lines = inside.split('\n').map((text, index) => ({
      text,
      line: start.line + index,
      column: index === 0 ? start.column : 1,
    }));
    const query = promQuery('code', new Source(source.file, lines));
    const window = query.expression === undefined ? [] : partsOf(query.expression);
    if (window.some((part) => part.kind === 'window')) queries.push(query);
  }
  return queries;
}
