import { csvHead, csvRow } from '../../lambdas/domain/campaign/csv-text.ts';
import type { RowStatus } from '../../lambdas/domain/campaign/row.ts';
import type { CampaignSettings } from '../../lambdas/domain/campaign/settings.ts';
import { type ForeignLink, times } from './line.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

/**
 * The spreadsheet of a CRM: the four use cases of links as rows of one file. It is saved as spreadsheet programs do it, with
 * semicolons, a byte order mark and CRLF. All data are fictional.
 */
export interface CrmFile {
  csv: string;
  settings: CampaignSettings;
  /** A link that must exist before. */
  foreignLinks: ForeignLink[];
  /** How each row ends, in the order of the file. */
  statuses: RowStatus[];
}

const columns = [
  'request_id',
  'Name',
  'Note',
  'template',
  'shortlink_id',
  'pid',
  'c',
  'af_channel',
  'Member',
  'deep_link_value',
  'deep_link_sub1',
  'af_web_dp',
  'ttl',
  'brand_domain',
  'qr',
  'qr_size',
  'qr_format',
] as const;
type Row = Partial<Record<(typeof columns)[number], string>>;

const settings: CampaignSettings = {
  template: 'A1b3',
  lane: 'campaign',
  // `Member` has leading zeros, which stay. `Name` and `Note` are only carried into the results.
  columns: { Member: 'data.af_sub1', Name: '-', Note: '-' },
  defaults: { ttl: '30d' },
};

const site = 'https://www.acme.example';
const names = [
  'Jürgen Weiß',
  'Zoë Müller',
  'Łucja Żak',
  'Søren Åberg',
  'Inês Gonçalves',
  'Ана Петрова',
  "Ciarán O'Neill",
];
const cities = ['Graz', 'Köln', 'Málaga', 'Kraków', 'Malmö', 'Évora'] as const;
const slugs: Record<(typeof cities)[number], string> = {
  Graz: 'graz',
  Köln: 'koeln',
  Málaga: 'malaga',
  Kraków: 'krakow',
  Malmö: 'malmoe',
  Évora: 'evora',
};
const member = (random: SeededRandom) => String(random.integer(1_000_000)).padStart(8, '0');

/** A message to one customer, with a link of its own. */
function message(random: SeededRandom, number: number): Row {
  const city = random.pick(cities);
  const channel = random.pick(['SMS', 'Email', 'WhatsApp', 'Push']);
  return {
    request_id: `message-${String(number).padStart(4, '0')}`,
    Name: random.pick(names),
    ...(number % 20 === 0 && { Note: 'calls back;\nprefers "evenings"' }),
    ...(number % 5 === 0 && { template: 'abc123' }),
    pid: `crm_${channel.toLowerCase()}`,
    c: 'spring_offer',
    af_channel: channel,
    Member: member(random),
    deep_link_value: `trips/${slugs[city]}`,
    deep_link_sub1: `Frühling in ${city}`,
    af_web_dp: `${site}/trips/${slugs[city]}?date=2026-05-${String(1 + random.integer(28)).padStart(2, '0')}&adults=2`,
    ttl: random.pick(['14d', '', '']),
  };
}

/** A link that a customer sends to friends, under a name of its own. */
function referral(random: SeededRandom, number: number): Row {
  const code = random.hexadecimal(6).toUpperCase();
  return {
    request_id: `friends-${String(number).padStart(4, '0')}`,
    Name: random.pick(names),
    ...(number % 4 === 0 && { shortlink_id: `Friends${code}` }),
    pid: 'referral',
    c: 'invite_a_friend',
    af_channel: 'Share',
    Member: member(random),
    deep_link_value: 'invitation',
    deep_link_sub1: `EXAMPLE${code}`,
    af_web_dp: `${site}/join?by=${code}`,
    ttl: '180d',
    ...(number % 7 === 0 && { brand_domain: 'go.acme.example' }),
  };
}

/** A code for the shop window. It must work as long as the paper lasts. */
function printedCode(random: SeededRandom, number: number): Row {
  const city = random.pick(cities);
  return {
    request_id: `print-${String(number).padStart(3, '0')}`,
    Name: `${city}, ${random.pick(['Schaufenster', 'window', 'okno'])} ${number}`,
    pid: 'print',
    c: 'spring_window',
    af_channel: 'Print',
    deep_link_value: `stores/${slugs[city]}`,
    deep_link_sub1: String(random.integer(100)).padStart(3, '0'),
    af_web_dp: `${site}/stores/${slugs[city]}`,
    ttl: '365d',
    qr: 'true',
    qr_size: random.pick(['300', '480', '600']),
    qr_format: random.pick(['png', 'png', 'jpg']),
  };
}

/** A code at a terminal, to continue a session on the phone. */
function continueOnPhone(random: SeededRandom, number: number): Row {
  const session = random.hexadecimal(24);
  return {
    request_id: `terminal-${String(number).padStart(3, '0')}`,
    Name: `Terminal ${number}`,
    pid: 'kiosk',
    c: 'scan_to_continue',
    af_channel: 'QR',
    deep_link_value: 'boarding-pass',
    deep_link_sub1: session,
    af_web_dp: `${site}/continue/boarding-pass?session=${session}`,
    ttl: '2h',
    qr: 'true',
  };
}

/** Rows with a mistake each, as people make them. */
function mistakes(random: SeededRandom): Row[] {
  const row = (number: number) => ({ ...message(random, number), template: '', ttl: '' });
  return [
    { ...row(9001), request_id: 'message-0001' },
    { ...row(9002), request_id: 'message-0002' },
    { ...row(9003), ttl: 'two weeks' },
    { ...row(9004), ttl: '400d' },
    { ...row(9005), template: 'zzzz' },
    { ...row(9006), shortlink_id: 'my link' },
    { ...row(9007), shortlink_id: taken.shortlinkId },
    { ...row(9008), qr: 'true', qr_size: '30 cm' },
    { ...row(9009), qr: 'true', qr_format: 'gif' },
    { ...row(9010), request_id: '4.00E+11' },
    { ...row(9011), brand_domain: 'go.other.example' },
    { ...row(9012), pid: '' },
  ];
}

const taken: ForeignLink = {
  onelinkId: 'A1b3',
  shortlinkId: 'winter',
  data: { pid: 'made_by_hand', c: 'dashboard' },
  api: 'dashboard',
};

export function crmFile(): CrmFile {
  const random = seededRandom(20_261_127);
  const good = [
    ...times(240, (number) => message(random, number)),
    ...times(80, (number) => referral(random, number)),
    ...times(45, (number) => printedCode(random, number)),
    ...times(23, (number) => continueOnPhone(random, number)),
  ];
  const rows = [
    ...good.map((row) => ({ row, status: 'created' as const })),
    ...mistakes(random).map((row) => ({ row, status: 'rejected' as const })),
  ];
  const lines = rows.map(({ row }) =>
    csvRow(
      columns.map((column) => row[column] ?? ''),
      ';',
    ),
  );
  // Between the messages and the rest: a line that somebody left empty.
  lines.splice(
    240,
    0,
    csvRow(
      columns.map(() => ''),
      ';',
    ),
  );
  return {
    csv: csvHead(columns, ';') + lines.join(''),
    settings,
    foreignLinks: [taken],
    statuses: rows.map(({ status }) => status),
  };
}
