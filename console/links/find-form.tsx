import { useState } from 'preact/hooks';
import type { LinkChoice } from '../../cli/console/contract/links.ts';
import { Field, Select, Text } from '../parts/field.tsx';
import { Panel } from '../parts/panel.tsx';
import { session } from '../state/live.ts';
import { hashOf } from '../state/route.ts';
import { hashOfRequest } from './choice.ts';

const ways = { link: 'Short URL or ID', request: 'Request', campaign: 'Campaign' } as const;
type Way = keyof typeof ways;

/** Asks how the operator knows the link. */
export function FindForm({ choice, onFind }: { choice: LinkChoice | undefined; onFind(choice: LinkChoice): void }) {
  const producers = session.value?.producers ?? [];
  const [way, setWay] = useState<Way>(choice?.by ?? 'link');
  const [link, setLink] = useState('');
  const [source, setSource] = useState(choice?.by === 'request' ? choice.source : (producers[0]?.source ?? ''));
  const [name, setName] = useState(choice?.by === 'request' ? choice.requestId : '');

  const submit = (event: Event) => {
    event.preventDefault();
    const wanted = name.trim();
    if (way === 'link' && link.trim() !== '') onFind({ by: 'link', link: link.trim() });
    if (way === 'campaign' && wanted !== '') location.hash = hashOf('links', ['campaign', source, wanted]);
    if (way === 'request' && wanted !== '') {
      const place = hashOfRequest(source, wanted);
      // The same address again begins no search by itself.
      if (location.hash === place) onFind({ by: 'request', source, requestId: wanted });
      else location.hash = place;
    }
  };

  return (
    <Panel title="Find a link">
      <form class="find" onSubmit={submit}>
        <fieldset class="ways">
          <legend>By</legend>
          {Object.entries(ways).map(([of, words]) => (
            <label key={of}>
              <input type="radio" name="way" checked={way === of} onChange={() => setWay(of as Way)} /> {words}
            </label>
          ))}
        </fieldset>
        {way === 'link' ? (
          <Field label="Short URL, or template and ID" hint="As https://go.acme.example/… or A1b3/…">
            <Text value={link} onValue={setLink} required autocomplete="off" spellcheck={false} />
          </Field>
        ) : (
          <>
            <Field label="Producer">
              <Select value={source} onValue={setSource} options={producers.map((producer) => producer.source)} />
            </Field>
            <Field label={way === 'request' ? 'Request ID' : 'Campaign name'}>
              <Text value={name} onValue={setName} required autocomplete="off" spellcheck={false} />
            </Field>
          </>
        )}
        <button type="submit" class="primary">
          Find
        </button>
      </form>
    </Panel>
  );
}
