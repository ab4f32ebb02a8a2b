import type { SourceText } from '../documents/source-text.ts';
import type { Found, LintRule } from './rule.ts';

interface Directive {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly block: boolean;
  readonly offset: number;
}

/** Directives of a text of nginx, nested ones too. */
function directives(source: SourceText): readonly Directive[] {
  const found: Directive[] = [];
  let words: { text: string; offset: number }[] = [];
  const end = (block: boolean): void => {
    const [first, ...rest] = words;
    if (first !== undefined) {
      found.push({
        name: first.text,
        parameters: rest.map((word) => word.text),
        block,
        offset: first.offset,
      });
    }
    words = [];
  };
  for (const match of source.text.matchAll(
    /#[^\n]*|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[;{}]|(?:[^\s;{}"'#]|\$\{\w+\})+/g,
  )) {
    const token = match[0];
    if (token.startsWith('#')) continue;
    if (token === ';') end(false);
    else if (token === '{') end(true);
    else if (token === '}') words = [];
    else words.push({ text: token, offset: match.index });
  }
  return found;
}

const mirrorDirectives = new Set(['mirror', 'mirror_request_body']);

function problemOf({ name, parameters, block }: Directive): string | undefined {
  if (name === 'mirror' && block) return 'mirror takes a URI and a semicolon, no block';
  if (name.startsWith('mirror_') && !mirrorDirectives.has(name)) return `nginx has no directive ${name}`;
  if (name === 'limit_req') {
    const wrong = parameters.find(
      (parameter) => !/^(zone=[\w-]+|burst=\d+|delay=\d+|nodelay)$/.test(parameter),
    );
    if (wrong !== undefined)
      return `limit_req has no parameter ${wrong}; rate and size belong to limit_req_zone in http`;
    if (parameters.filter((parameter) => parameter.startsWith('zone=')).length !== 1)
      return 'limit_req takes one zone';
  }
  if (name === 'limit_req_zone' && parameters.some((parameter) => parameter === 'nodelay')) {
    return 'limit_req_zone has no parameter nodelay';
  }
  return undefined;
}

function defects(source: SourceText): readonly Found[] {
  const seen = new Set<string>();
  return directives(source).flatMap((directive) => {
    const why = problemOf(directive);
    if (why === undefined || seen.has(why)) return [];
    seen.add(why);
    return [{ place: source.placeAt(directive.offset), why }];
  });
}

export const invalidNginxSnippet: LintRule = {
  id: 'L36',
  title: 'Snippet that is no valid nginx',
  effect:
    'the controller refuses the reload: the Ingress is not served, and no later change reaches the gateway',
  fix: 'mirror with the annotations mirror-target and mirror-request-body; limit with limit_req_zone in http and limit_req zone=NAME burst=N',
  source: 'delivery L36',
  check: (input) => input.nginx.flatMap(defects),
};
