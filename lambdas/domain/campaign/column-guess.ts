import { forbiddenParameters, parameterRules } from '../contract/link-data.ts';
import { skeleton } from './near-names.ts';
import { nearField, targetNamed, targetText } from './targets.ts';

/** A suggestion for one column. */
export interface ColumnGuess {
  header: string;
  /** As the settings write it: `request_id`, `data.c`, `metadata.segment`, `-`. */
  target: string;
  /** `named`: the name is known. `guessed`: by the name or the values. `other`: any other column is a link parameter. */
  by: 'named' | 'guessed' | 'other';
  /** Whether it may identify the rows: its values differ from each other, and its name is one of an ID. At most one column. */
  isKey: boolean;
  /** The first three different values, cut to 40 characters. They are confidential: for the operator's own screen. */
  samples: string[];
}

/** Names that people give to link parameters, without blanks and capitals. */
const usualNames: Readonly<Record<string, string>> = {
  mediasource: 'data.pid',
  medienquelle: 'data.pid',
  campaign: 'data.c',
  kampagne: 'data.c',
  campaignname: 'data.c',
  campaignid: 'data.af_c_id',
  channel: 'data.af_channel',
  kanal: 'data.af_channel',
  adset: 'data.af_adset',
  adname: 'data.af_ad',
  keywords: 'data.af_keywords',
  deeplink: 'data.deep_link_value',
  deeplinkvalue: 'data.deep_link_value',
  appurl: 'data.af_dp',
  webpage: 'data.af_web_dp',
  desktopurl: 'data.af_web_dp',
};

/** Columns about people. Everybody who has a link can see its parameters, so these are better carried along only. */
const personal =
  /^(?:(?:e ?)?mail(?: ?(?:address|adresse))?|(?:tele)?phone(?: ?(?:number|no))?|mobile(?: ?(?:phone|number))*|telefon(?: ?nummer)?|handy(?: ?nummer)?|mobil(?: ?nummer)?|first ?name|last ?name|surname|full ?name|name|vorname|nachname|salutation|anrede|birthday|geburtstag|address|adresse|street|city|notes?|notiz(?:en)?|comments?)$/;
/** An e-mail address, or the name of a person in a network. */
const holdsAddress = (values: readonly string[]) => values.some((value) => value.includes('@'));
const identifying = /(?:^|[ _.-])(?:id|key|code|number|no)$|nr\.?$|^(?:sku|uuid|guid|customer|user)/i;

const known: ReadonlySet<string> = new Set([...Object.keys(parameterRules), 'deep_link_value']);

/**
 * Suggests what each column is, from its name and the first rows. It is a guess, for a person who decides. Nothing leaves
 * the machine.
 */
export function guessColumns(header: readonly string[], sampleRows: readonly (readonly string[])[]): ColumnGuess[] {
  const guesses = header.map((name, index): ColumnGuess => {
    const values = sampleRows.map((cells) => cells[index] ?? '').filter((value) => value.trim() !== '');
    const samples = [...new Set(values)]
      .slice(0, 3)
      .map((value) => (value.length > 40 ? `${value.slice(0, 39)}…` : value));
    return { header: name, ...guess(name, values), isKey: false, samples };
  });
  if (guesses.some(({ target }) => target === 'request_id')) return guesses;
  const key = header.findIndex((name, index) => {
    // A key becomes a part of the request ID.
    if (guesses[index]?.target === '-') return false;
    const values = sampleRows.map((cells) => cells[index] ?? '');
    return (
      identifying.test(name) && values.length > 1 && !values.includes('') && new Set(values).size === values.length
    );
  });
  return guesses.map((one, index) => (index === key ? { ...one, isKey: true } : one));
}

function guess(name: string, values: readonly string[]): Pick<ColumnGuess, 'target' | 'by'> {
  const named = targetNamed(name);
  if (named !== undefined) return { target: targetText(named), by: 'named' };
  if (name === '') return { target: '-', by: 'other' };
  if (known.has(name)) return { target: `data.${name}`, by: 'named' };
  const bones = skeleton(name);
  const usual = Object.hasOwn(usualNames, bones) ? usualNames[bones] : undefined;
  const parameter = [...known].find((one) => skeleton(one) === bones);
  const guessed = nearField(name) ?? usual ?? (parameter && `data.${parameter}`);
  if (guessed !== undefined) return { target: guessed, by: 'guessed' };
  const isPersonal = personal.test(name.trim().toLowerCase().replaceAll(/[_-]/g, ' '));
  if (isPersonal || holdsAddress(values)) return { target: '-', by: 'guessed' };
  return { target: forbiddenParameters.has(name) ? '-' : `data.${name}`, by: 'other' };
}
