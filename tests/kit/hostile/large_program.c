/* Makes its program so large that the lab machine would not take it. */
char large[64 << 20] = {1};

int fake_answer(int number)
{
    return number + large[0];
}

int fake_leave(void)
{
    return large[0];
}
