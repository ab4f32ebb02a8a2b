/** A rule as SARIF lists it. */
export interface SarifRule {
  readonly id: string;
  readonly title: string;
  readonly effect: string;
  readonly fix: string;
  readonly source: string;
}

/** One result: a rule, a place (line and column from 1), what is to be said. */
export interface SarifResult {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A log of SARIF 2.1.0 with one run, as code hosts and editors read it. */
export function sarifLog(tool: string, rules: readonly SarifRule[], results: readonly SarifResult[]): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: tool, rules: rules.map(publishedRule) } },
        // Columns count UTF-16 units, as they do in this program.
        columnKind: 'utf16CodeUnits',
        results: results.map((result) => ({
          ruleId: result.rule,
          ruleIndex: rules.findIndex((rule) => rule.id === result.rule),
          level: 'error',
          message: { text: result.message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(result.file) },
                region: { startLine: result.line, startColumn: result.column },
              },
            },
          ],
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function publishedRule({ id, title, effect, fix, source }: SarifRule): object {
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: effect },
    help: { text: `${fix} (${source})` },
  };
}

/** A path as a reference of RFC 3986. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}
