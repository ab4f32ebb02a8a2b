import type { SourceText } from '../documents/source-text.ts';
import type { Found, LintRule } from './rule.ts';

/** Tools of a fab at most: a cache of decisions with fewer places thrashes. */
const tools = 1500;

function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replaceAll(/[^\n]/g, ' ');
  return text.replaceAll(/--\[\[[\s\S]*?(?:\]\]|$)/g, blank).replaceAll(/--[^\n]*/g, blank);
}

function defects(source: SourceText): readonly Found[] {
  const code = withoutComments(source.text);
  const at = (index: number): Found['place'] => source.placeAt(index);
  const found: Found[] = [];
  const unused = /ctx\.var\.upstream_name\s*=/.exec(code);
  if (unused !== null && !/ctx\.upstream_(id|conf)\s*=|upstream\.set\s*\(/.test(code)) {
    found.push({
      place: at(unused.index),
      why: 'nothing in APISIX reads ctx.var.upstream_name',
      effect: 'the plugin selects nothing: every tool goes to the upstream of the route',
      fix: 'set ctx.upstream_id',
    });
  }
  if (unused === null && !/upstream/.test(code)) return found;
  const colour = /(?:return|=|==|or)\s*(["'])(blue|green)\1/.exec(code);
  if (colour !== null) {
    found.push({
      place: at(colour.index),
      why: `the colour ${colour[2]} is written into the plugin`,
      effect: 'wrong after every swap of the roles: canary tools go to stable, or to an idle colour',
      fix: 'resolve the role (stable, canary) by the list, and the colour by the role',
    });
  }
  const cache = /lrucache\.new\s*\(\s*(?:\{[^}]*count\s*=\s*(\d+)|(\d+))/.exec(code);
  const places = Number(cache?.[1] ?? cache?.[2] ?? Infinity);
  if (cache !== null && places < tools) {
    found.push({
      place: at(cache.index),
      why: `the cache has ${places} places for up to ${tools} tools`,
      effect: 'the cache thrashes: requests wait for the Management API, which gets nearly every one of them',
      fix: 'hold the list as one snapshot, not a decision for each tool',
    });
  }
  const fresh = /local\s+\w+\s*=\s*\w*(?:cache|lru)\w*:get\s*\(/i.exec(code);
  if (cache !== null && fresh !== null && !/invalid_stale\s*=\s*false|serve_stale|stale/.test(code)) {
    found.push({
      place: at(fresh.index),
      why: 'the stale value that get returns second is dropped',
      effect: 'while Management is down canary tools leave the canary one by one, as their entries expire',
      fix: 'keep serving the last list when it cannot be refreshed, and raise an alarm by its age',
    });
  }
  return found;
}

export const toolRouterPlugin: LintRule = {
  id: 'L13',
  title: 'Routing plugin that selects nothing or forgets',
  effect: 'tools are routed to the wrong colour',
  fix: 'see delivery 62: one snapshot of the list, stale while Management is away, roles in place of colours',
  source: 'delivery L13, 47, 60, 61',
  check: (input) => input.lua.filter((source) => /apisix|ctx\.var/.test(source.text)).flatMap(defects),
};
