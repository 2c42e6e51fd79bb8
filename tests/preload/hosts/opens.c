/* SPDX-License-Identifier: MIT
 * opens.c PLUGIN...: loads each plugin by dlopen(3), RTLD_NOW and RTLD_LOCAL, then RTLD_LAZY and RTLD_GLOBAL, and lets it
 * serve. */
#include <dlfcn.h>
#include <stdio.h>

#define PORT 19630

int
main(int argc, char **argv)
{
	static const int flags[] = {RTLD_NOW | RTLD_LOCAL, RTLD_LAZY | RTLD_GLOBAL};

	for (int i = 1; i < argc; i++)
		for (unsigned f = 0; f < 2; f++) {
			void *plugin = dlopen(argv[i], flags[f]);
			int (*serve)(unsigned) = plugin ? (int (*)(unsigned))dlsym(plugin, "plugin_serve") : NULL;

			if (!serve) {
				printf("%s\n", dlerror());
				return 1;
			}
			printf("plugin %d of 4\n", serve(PORT));
			dlclose(plugin);
		}
	return 0;
}
