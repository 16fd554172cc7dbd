import { urlOf } from './api.js';
import { changed, feed, type Feed } from './store.js';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const SETTLE_MS = 900;
/** After the last change, too: the server keeps what it has counted, for a while or for half a minute. */
const LATER_MS = [3_000, 31_000] as const;
/** Twice what the server lets pass without a word. */
const SILENCE_MS = 60_000;

type Timer = ReturnType<typeof setTimeout>;
let due: Timer | undefined;
let later: readonly Timer[] = [];

/** A burst of changes is one question, and one more when what was kept meanwhile is out of date. */
function soon(): void {
  for (const timer of later) clearTimeout(timer);
  later = LATER_MS.map((ms) => setTimeout(changed, ms));
  due ??= setTimeout(() => {
    due = undefined;
    changed();
  }, SETTLE_MS);
}

let last: string | undefined;

function take(message: string): void {
  for (const line of message.split('\n')) {
    if (line.startsWith('id: ')) last = line.slice(4);
    if (line === 'event: changed') soon();
    if (line === 'event: live' || line === 'event: partial') feed.value = line.slice(7) as Feed;
  }
}

async function listen(signal: AbortSignal, heard: () => void): Promise<void> {
  const headers = {
    accept: 'text/event-stream',
    ...(last === undefined ? {} : { 'last-event-id': last }),
  };
  const { ok, body } = await fetch(urlOf('events'), { headers, signal });
  if (!ok || body === null) throw new Error('no feed');
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    const messages = (text + value).split('\n\n');
    text = messages.pop() ?? '';
    messages.forEach(take);
  }
}

/** Reads the feed by `fetch`, so that whatever signs requests signs this one, too; for ever. */
export async function stayLive(): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const control = new AbortController();
    let silence: Timer | undefined;
    const heard = (): void => {
      pause = FIRST_PAUSE_MS;
      clearTimeout(silence);
      silence = setTimeout(() => control.abort(), SILENCE_MS);
    };
    await listen(control.signal, heard).catch(() => undefined);
    clearTimeout(silence);
    feed.value = 'broken';
    await new Promise((resolve) => setTimeout(resolve, pause));
    // What happened meanwhile was not heard.
    soon();
  }
}
