/** What a browser shows: the ticks as they come. */
export const page = `<!doctype html>
<title>Ticker</title>
<h1>ACME <output></output></h1>
<script>
  const ticks = new EventSource('/ticks/ACME');
  ticks.onmessage = ({ data }) => { document.querySelector('output').value = JSON.parse(data).price; };
  // A browser opens every stream again that ends, unless it is told that this was the end.
  ticks.addEventListener('end', () => ticks.close());
</script>
`;
