export interface BrowserEvent {
  readonly type: string;
  readonly data: string;
  readonly lastEventId: string;
}

/**
 * What a browser's EventSource makes of a whole stream, after the HTML standard (§9.2.6) and as
 * plainly as that puts it: no limits, no pieces.
 */
export function parseEventStream(bytes: Uint8Array): {
  events: BrowserEvent[];
  retry: number | undefined;
} {
  // The decoder takes one byte order mark away, as the standard asks.
  const text = new TextDecoder().decode(bytes);
  const parsed: { events: BrowserEvent[]; retry: number | undefined } = {
    events: [],
    retry: undefined,
  };
  const buffers = { data: '', event: '', id: '' };
  // What follows the last line end is no line.
  for (const line of text.split(/\r\n|\n|\r/).slice(0, -1)) {
    if (line === '') dispatch();
    else if (!line.startsWith(':')) process(/^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []);
  }
  return parsed;

  function dispatch(): void {
    const { data, event, id } = buffers;
    const type = event || 'message';
    if (data !== '') parsed.events.push({ type, data: data.slice(0, -1), lastEventId: id });
    buffers.data = '';
    buffers.event = '';
  }

  function process([, field = '', value = '']: readonly string[]): void {
    if (field === 'event') buffers.event = value;
    if (field === 'data') buffers.data += `${value}\n`;
    if (field === 'id' && !value.includes('\0')) buffers.id = value;
    if (field === 'retry' && /^[0-9]+$/.test(value)) parsed.retry = Number(value);
  }
}
