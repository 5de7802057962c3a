# whose.sh FROM LESSON... - C source of a table that says whose each function is.
#
# FROM is "solutions" (all of them the reference) or "labs". A learner's function counts when
# it is defined in the lab and has no LAB_TODO left in it.
set -eu
from=$1
shift
echo '#include "whose.h"'
echo 'const char *const whose[] = {'
for lesson in "$@"; do
    object=build/labs/$lesson/module.o todo=build/labs/$lesson.todo
    while read -r function step points file; do
        owner=reference
        if [ "$from" = labs ] && [ -f "$object" ] && ! grep -qx "$function" "$todo" &&
           nm --defined-only "$object" | grep -q " T $function\$"; then
            owner=yours
        fi
        echo "    \"$function: $owner\","
    done < "build/reference/$lesson/functions"
done
echo '    0,'
echo '};'
