// The smallest service worth balancing: answers with its own name.  node web.mjs PORT NAME
import { createServer } from 'node:http';

const [port, name] = process.argv.slice(2);
createServer((_request, response) => response.end(`${name}\n`)).listen(Number(port), '127.0.0.1');
