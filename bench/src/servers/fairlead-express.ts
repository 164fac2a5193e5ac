import { bareExpress } from './express-app.ts';
import { sumHandler } from './fairlead-handler.ts';
import { serve } from './serve.ts';

const app = bareExpress();
app.post('/sum', sumHandler);
serve(app);
