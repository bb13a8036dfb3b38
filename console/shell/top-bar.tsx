import { connection, session } from '../state/live.ts';
import { setTheme, theme, themes } from './theme.ts';

/** Which pipeline this is, for whom, and whether the numbers are live. */
export function TopBar() {
  const known = session.value;
  return (
    <header class="top-bar">
      <a class="brand" href="#/overview">
        <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false">
          <path d="M9.5 14.5l5-5M8 11l-2.2 2.2a3.5 3.5 0 0 0 5 5L13 16M11 8l2.2-2.2a3.5 3.5 0 0 1 5 5L16 13" />
        </svg>
        <span>OneLink Pipeline</span>
      </a>
      <p class="where">
        {known && (
          <>
            <strong class="stack">{known.stack}</strong>
            {known.local && <span class="badge">local run</span>}
            {known.stage && !known.local && <span class="badge">{known.stage}</span>}
            {known.region && !known.local && <span class="muted wide">{known.region}</span>}
            {known.readOnly && <span class="badge strong">read-only</span>}
          </>
        )}
      </p>
      <div class="right">
        {known?.identity && (
          <span class="identity muted" title={known.identity.arn}>
            {nameIn(known.identity.arn)}
          </span>
        )}
        <Live />
        <label class="theme">
          <span class="unseen">Colours</span>
          <select value={theme.value} onChange={(event) => setTheme(event.currentTarget.value as typeof theme.value)}>
            {themes.map((one) => (
              <option key={one} value={one} selected={one === theme.value}>
                {themeWords[one]}
              </option>
            ))}
          </select>
        </label>
      </div>
    </header>
  );
}

const themeWords = { auto: 'Auto', light: 'Light', dark: 'Dark' } as const;

/** `assumed-role/Operator/ada` of an ARN. */
const nameIn = (arn: string) =>
  arn
    .split(':')
    .slice(5)
    .join(':')
    .replace(/^assumed-role\//, '') || arn;

const liveWords = { connecting: 'Connecting', live: 'Live', lost: 'Connecting again' } as const;

function Live() {
  return <span class={`live ${connection.value}`}>{liveWords[connection.value]}</span>;
}
