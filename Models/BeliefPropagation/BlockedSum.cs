namespace Native.Models;

/// <summary>A sum of any number of terms, in blocks of blocks: a stretch is added up plainly before it joins the next longer one.</summary>
internal struct BlockedSum
{
    private const int Stretch = 128;

    private double _terms;
    private double _stretches;
    private double _rest;
    private int _count;

    /// <summary>The sum so far.</summary>
    public readonly double Total => _rest + (_stretches + _terms);

    /// <summary>Adds a term.</summary>
    public void Add(double term)
    {
        _terms += term;
        if (++_count % Stretch == 0)
        {
            _stretches += _terms;
            _terms = 0;
            if (_count == Stretch * Stretch)
            {
                _rest += _stretches;
                _stretches = 0;
                _count = 0;
            }
        }
    }
}
