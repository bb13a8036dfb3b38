/**
 * A source's name in PascalCase, of letters and digits only: `crm-eu` → `CrmEu`. No two sources share one. A `z` that
 * becomes a capital is written as `Zz`. Every other character is written as `Z` and two hexadecimal digits: `crm.eu` → `CrmZ2eeu`.
 */
export const pascalSource = (source: string) =>
  (/^[a-z]/.test(source) ? `-${source}` : source).replaceAll(
    /-([a-z])|[^a-z0-9]/g,
    (sign: string, letter: string | undefined) => {
      if (letter === undefined) return `Z${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
      return letter === 'z' ? 'Zz' : letter.toUpperCase();
    },
  );

/** The source that {@link pascalSource} has spelt. */
export const sourceOfPascal = (name: string) =>
  name
    .replaceAll(/Z([0-9a-f]{2})|Zz|[A-Y]/g, (sign: string, code: string | undefined) =>
      code === undefined ? `-${sign.slice(-1).toLowerCase()}` : String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replace(/^-/, '');

/** The stack's output with the URL of a source's outcome queue. A stack has it only if the source has such a queue. */
export const outcomeQueueOutput = (source: string) => `${pascalSource(source)}OutcomeQueueUrl`;
