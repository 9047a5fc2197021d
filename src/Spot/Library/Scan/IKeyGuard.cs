namespace Spot.Library;

/// <summary>Checks keys that come from a file before they are believed. Called by several threads.</summary>
internal interface IKeyGuard
{
    /// <summary>Checks the copies of rows before they are compared.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="end">The row behind the last one.</param>
    void CheckCodes(int first, int end);

    /// <summary>Checks a key before it is compared.</summary>
    /// <param name="row">Its row.</param>
    void CheckKey(int row);
}
