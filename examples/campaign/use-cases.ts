import type { Create, Data } from './line.ts';
import type { SeededRandom } from './seeded-random.ts';

/** The four use cases of links. All data are fictional, and the domains are reserved for examples. */

const site = 'https://www.acme.example';
const brandDomain = 'go.acme.example';
const cities = ['lisbon', 'oslo', 'valencia', 'krakow', 'naples', 'graz', 'uppsala', 'ghent'] as const;
const locales = ['de-AT', 'en-GB', 'pt-PT', 'sv-SE', 'pl-PL', 'it-IT'] as const;
const tiers = ['blue', 'silver', 'gold'] as const;

const day = (random: SeededRandom) => `2026-02-${String(1 + random.integer(28)).padStart(2, '0')}`;
const user = (random: SeededRandom) => `user-${String(random.integer(1_000_000)).padStart(6, '0')}`;

/** A QR code to continue a television or desktop session on the phone: one short-lived code per session. */
export function continueOnPhone(random: SeededRandom, number: number): Create {
  const [pid, place] = random.pick([
    ['tv_app', 'television'],
    ['desktop_web', 'desktop'],
    ['kiosk', 'terminal'],
  ] as const);
  const step = random.pick(['sign-in', 'checkout', 'seat-map', 'boarding-pass']);
  const session = random.hexadecimal(24);
  return {
    source: 'product',
    requestId: `session-${session}`,
    action: 'create',
    onelinkId: 'A1b3',
    data: {
      pid,
      c: 'scan_to_continue',
      af_channel: 'QR',
      af_adset: place,
      deep_link_value: step,
      deep_link_sub1: session,
      deep_link_sub2: random.pick(cities),
      af_dp: `acmetravel://continue/${step}?session=${session}`,
      af_web_dp: `${site}/continue/${step}?session=${session}`,
      af_force_deeplink: true,
      is_retargeting: number % 2 === 0,
    },
    ttl: random.pick(['10m', '15m', '30m', '1h', '2h']),
    renewTtl: false,
    ...(number % 5 === 0 && { brandDomain }),
    qr: {
      ...(number % 3 > 0 && { size: random.pick([240, 300, 360, 480]) }),
      ...(number % 4 > 0 && { format: 'png' }),
      ...(number % 6 === 0 && { margin: false }),
    },
  };
}

/** A message to one customer, with a link of its own. */
export function customerMessage(random: SeededRandom, number: number): Create {
  const [pid, channel] = random.pick([
    ['crm_sms', 'SMS'],
    ['crm_email', 'Email'],
    ['crm_whatsapp', 'WhatsApp'],
    ['crm_push', 'Push'],
  ] as const);
  const message = random.pick([priceDrop, priceDrop, waitlist, winBack, billReminder, signIn]);
  const { campaign, data, ...rest } = message(random);
  const variant = random.pick(['A', 'B', 'holdout']);
  return {
    source: 'crm',
    requestId: `dispatch-${random.hexadecimal(32)}`,
    action: 'create',
    onelinkId: random.pick(['A1b3', 'A1b3', 'abc123']),
    data: {
      pid,
      // Some senders leave the campaign empty, and the pipeline must pass an empty value on.
      c: number % 40 === 0 ? '' : campaign,
      af_channel: channel,
      af_c_id: `c${random.hexadecimal(12)}`,
      af_ad: `${campaign}_${variant}`,
      af_sub1: user(random),
      af_sub2: random.pick(locales),
      af_sub3: random.pick(tiers),
      ...data,
    },
    metadata: { variant, batch: `send-${1 + Math.floor(number / 500)}` },
    ...rest,
  };
}

type Message = (random: SeededRandom) => Pick<Create, 'ttl' | 'renewTtl' | 'validUntil'> & {
  campaign: string;
  data: Data;
};

const priceDrop: Message = (random) => {
  const [city, date] = [random.pick(cities), day(random)];
  const cents = 1900 + random.integer(30_000);
  const offer = { city, date, price: { cents, currency: 'EUR' }, seats: random.integer(9) + 1 };
  return {
    campaign: '2026-02_price_drop',
    data: {
      deep_link_value: `${site}/trips/${city}?date=${date}&adults=2&sort=price&utm_medium=message&ref=${random.hexadecimal(8)}`,
      // Senders put all values that their template needs into one parameter.
      offer: JSON.stringify(offer),
      af_web_dp: `${site}/trips/${city}?date=${date}`,
      utm_source: 'crm',
      utm_campaign: 'price_drop',
      af_cost_value: random.integer(900) / 10_000,
      af_cost_currency: 'EUR',
    },
    ttl: random.pick(['7d', '14d', 14]),
  };
};

const waitlist: Message = (random) => {
  const [city, date] = [random.pick(cities), day(random)];
  return {
    campaign: 'waitlist_opened',
    data: {
      deep_link_value: `waitlist/${city}`,
      deep_link_sub1: date,
      deep_link_sub2: `place <${random.integer(40) + 1}>`,
      af_dp: `acmetravel://waitlist/${city}?date=${date}`,
      headline: ` Your seat to ${city}, from ${date}`,
    },
    ttl: random.pick(['48h', '3d']),
    renewTtl: false,
  };
};

const winBack: Message = (random) => {
  const city = random.pick(cities);
  const voucher = { code: `EXAMPLE-${random.hexadecimal(6).toUpperCase()}`, percent: random.pick([5, 10, 15]) };
  return {
    campaign: 'win_back_90_days',
    data: {
      deep_link_value: `${site}/welcome-back?city=${city}&voucher=${voucher.code}&terms=a+b%2Fc`,
      voucher: JSON.stringify(voucher),
      af_click_lookback: '7d',
      af_reengagement_window: '30d',
      is_retargeting: 'true',
      greeting: random.pick(['Schön, dich wiederzusehen', 'Que bom ver-te', 'Välkommen tillbaka']),
    },
    ttl: '90d',
  };
};

const billReminder: Message = (random) => {
  const invoice = `2026-${String(random.integer(100_000)).padStart(5, '0')}`;
  return {
    campaign: 'bill_reminder',
    data: {
      deep_link_value: 'invoice',
      deep_link_sub1: invoice,
      af_web_dp: `${site}/account/invoices/${invoice}?pay=1`,
      days_left: random.integer(14),
    },
    ttl: '31d',
  };
};

/** A message that must not be late: after `validUntil` the pipeline does not make its link. */
const signIn: Message = (random) => ({
  campaign: 'magic_sign_in',
  data: {
    deep_link_value: 'sign-in',
    deep_link_sub1: `example-token-${random.hexadecimal(20)}`,
    af_dp: `acmetravel://sign-in?next=${encodeURIComponent('/trips?tab=upcoming')}`,
    af_force_deeplink: 'true',
  },
  ttl: '20m',
  renewTtl: false,
  // Far in the future, so this file stays valid for years. A real sign-in link is valid for minutes.
  validUntil: '2099-12-31T23:59:59Z',
});

/** A printed code. It must work as long as the paper lasts, and its target can change later. */
export function printedCode(random: SeededRandom, number: number): Create {
  const item = random.pick(['poster', 'receipt', 'luggage-tag', 'shop-window', 'event-badge', 'packaging']);
  const city = random.pick(cities);
  const onelinkId = random.pick(['A1b3', 'abc123']);
  const format = random.pick(['png', 'png', 'png', 'jpg'] as const);
  return {
    source: 'studio',
    requestId: `print-2026-${String(number).padStart(4, '0')}`,
    action: 'create',
    onelinkId,
    ...(number % 4 === 0 && { shortlinkId: `${pascal(item)}${pascal(city)}${number}` }),
    data: {
      pid: 'print',
      c: `spring_${item}`,
      af_channel: 'Print',
      af_adset: city,
      af_sub1: `store-${String(random.integer(300)).padStart(3, '0')}`,
      deep_link_value: `stores/${city}`,
      af_web_dp: `${site}/stores/${city}?item=${item}`,
      af_og_title: `Acme Travel in ${pascal(city)}`,
      af_og_image: `${site}/images/${city}.jpg`,
    },
    ttl: random.pick(['365d', 365]),
    ...(onelinkId === 'A1b3' && number % 3 === 0 && { brandDomain }),
    qr: { size: random.pick([300, 480, 600, 900]), format, ...(number % 5 === 0 && { margin: true }) },
    metadata: { order: `order-${1000 + Math.floor(number / 10)}` },
  };
}

/** A link that a customer sends to friends. Some of these links have chosen names. */
export function referral(random: SeededRandom, number: number, source: 'product' | 'crm'): Create {
  const colour = random.pick(['Amber', 'Indigo', 'Olive', 'Coral', 'Teal', 'Plum']);
  const animal = random.pick(['Fox', 'Heron', 'Otter', 'Lynx', 'Finch', 'Ibex']);
  return {
    source,
    requestId: `referral-${source}-${String(number).padStart(5, '0')}`,
    action: 'create',
    onelinkId: 'A1b3',
    ...(number % 4 === 0 && { shortlinkId: `${colour}${animal}${number}` }),
    data: {
      pid: 'referral',
      c: random.pick(['invite_a_friend', 'ambassadors_2026', 'creator_programme']),
      af_channel: random.pick(['Share', 'Story', 'Mail']),
      af_sub1: user(random),
      deep_link_value: 'invitation',
      deep_link_sub1: `EXAMPLE${random.hexadecimal(6).toUpperCase()}`,
      af_web_dp: `${site}/join?by=${random.hexadecimal(10)}&reward=25`,
      reward: 25,
    },
    ttl: random.pick(['90d', '180d']),
    ...(number % 7 === 0 && { brandDomain }),
  };
}

function pascal(text: string): string {
  return text
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
