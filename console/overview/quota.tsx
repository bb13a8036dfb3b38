import type { QuotaNow } from '../../cli/console/contract/overview.ts';
import { Age } from '../parts/age.tsx';
import { Meter } from '../parts/meter.tsx';
import { Panel } from '../parts/panel.tsx';
import { Stat, Stats } from '../parts/stat.tsx';
import { number, share } from '../state/words.ts';
import { endWords, lastsWords, quotaTone } from './quota-words.ts';

/** The month's quota: what is left, how long it lasts, and which lane stops when. */
export function Quota({ quota }: { quota: QuotaNow }) {
  const { remaining, monthly, account, used, usedPercent, burnPerHour, spentElsewherePerHour, reserves } = quota;
  const words = `${number(remaining.value)} of ${number(monthly)} calls left this month`;
  const kept = reserves.filter(({ calls }) => calls > 0);
  return (
    <Panel id="quota" title="Quota" aside={<Age at={remaining.at} oldAfterSeconds={240} />}>
      <p class="figure">
        <strong>{number(remaining.value)}</strong> calls left this month, of {number(monthly)}
        {account !== null && ' of the pipeline’s share'}
      </p>
      {account !== null && (
        <p>
          The account has {number(account.remaining)} of {number(account.monthly)} left. The forecast is the account’s.
        </p>
      )}
      <Meter
        label="Quota left this month"
        value={remaining.value}
        most={monthly}
        words={words}
        tone={quotaTone(quota)}
        marks={kept.map(({ calls }) => calls)}
      />
      <p>{lastsWords(quota)}</p>
      <Stats>
        <Stat name="Used" note={usedPercent === null ? undefined : share(usedPercent)}>
          {number(used)}
        </Stat>
        <Stat name="An hour">{number(burnPerHour === null ? null : Math.round(burnPerHour))}</Stat>
        <Stat name="At the month’s end">{endWords(quota)}</Stat>
        <Stat name="Elsewhere, an hour" note="other systems of the account">
          {number(spentElsewherePerHour === null ? null : Math.round(spentElsewherePerHour))}
        </Stat>
      </Stats>
      {kept.length > 0 && (
        <p class="small muted">
          Reserves, the marks of the bar:{' '}
          {kept.map(({ lane, calls }) => `${lane} parks at ${number(calls)}`).join(', ')}.
        </p>
      )}
    </Panel>
  );
}
