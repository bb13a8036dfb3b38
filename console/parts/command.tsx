import { useState } from 'preact/hooks';
import { announce } from '../state/live.ts';

/** A command line to paste. */
export function Command({ text }: { text: string }) {
  const [copied, setCopied] = useState<boolean | undefined>(undefined);
  const copy = async () => {
    const done = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    setCopied(done);
    announce(done ? 'Copied.' : 'The browser does not allow to copy. Select the text.');
  };
  return (
    <div class="command">
      <code>{text}</code>
      <button type="button" class="small" aria-label={`Copy: ${text}`} onClick={copy}>
        {copied === undefined ? 'Copy' : copied ? 'Copied' : 'Select it'}
      </button>
    </div>
  );
}

/** Several command lines. */
export function Commands({ texts }: { texts: readonly string[] }) {
  return (
    <>
      {texts.map((text) => (
        <Command key={text} text={text} />
      ))}
    </>
  );
}
